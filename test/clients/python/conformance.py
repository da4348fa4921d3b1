"""Makes every call of the published Python client against a live server and checks what it returns.

Prints `ok - name` or `not ok - name: reason` for each check.
"""

import inspect
import json
import os
import tempfile
import traceback
import warnings
from datetime import datetime, timedelta, timezone

from modzy import ApiClient
from modzy.error import ApiError, BadRequestError, NotFoundError, ResultsError, UnauthorizedError

warnings.simplefilter("ignore")

url = os.environ["MILLRACE_TEST_URL"]
api_key = os.environ["MILLRACE_TEST_API_KEY"]
endpoint = os.environ["MILLRACE_TEST_S3_ENDPOINT"]
bucket = os.environ["MILLRACE_TEST_BUCKET"]
key = os.environ["MILLRACE_TEST_OBJECT"]
prefix = api_key.split(".")[0]

SENTIMENT, SENTIMENT_VERSION = "ed542963de", "0.0.27"
NO_OP, NO_OP_VERSION = "c0ffee0000", "1.0.0"
SECRET = "python-secret-access-key"

# The host root alone: the client finds `/api` itself.
client = ApiClient(base_url=url, api_key=api_key)
failed = 0


def check(name):
    """Runs a check at once and prints how it went."""

    def run(function):
        global failed
        try:
            function()
            print(f"ok - {name}")
        except Exception as error:
            failed += 1
            place = traceback.extract_tb(error.__traceback__)[-1]
            reason = " ".join(f"{type(error).__name__} {error}".split())
            print(f"not ok - {name}: {reason} ({os.path.basename(place.filename)}:{place.lineno})")

    return run


def equal(found, expected):
    if found != expected:
        raise AssertionError(f"expected {expected!r}, found {found!r}")


def raises(kind, call, *words):
    """The call is refused with that error, whose sentence has these words."""
    try:
        found = call()
    except kind as error:
        for word in words:
            if word not in str(error):
                raise AssertionError(f"expected {word!r} in {error}")
        return error
    raise AssertionError(f"expected {kind.__name__}, found {found!r}")


def results_of(job):
    equal(job.status, "SUBMITTED")
    equal(client.jobs.block_until_complete(job, poll_interval=0.1).status, "COMPLETED")
    return client.results.block_until_complete(job, poll_interval=0.1)


def sizes_of(job):
    """What the no-op model saw: the size of each input."""
    result = results_of(job)
    equal(result.failures, {})
    return {name: entry["results.json"]["sizeBytes"] for name, entry in result.results.items()}


def refused_or_taken(submit, kind):
    """A server may or may not read this kind of input; it must understand the call either way."""
    try:
        job = submit()
    except BadRequestError as error:
        if f'"{kind}"' not in str(error) or SECRET in str(error):
            raise AssertionError(f"expected a sentence about {kind!r}, found {error}")
        return
    equal(job.status, "SUBMITTED")
    equal(client.jobs.cancel(job).job_identifier, job.job_identifier)


s3_sources = {
    "happy": {"input.txt": {"bucket": bucket, "key": key}},
    "leading slash": {"input.txt": {"bucket": bucket, "key": f"/{key}"}},
    "missing": {"input.txt": {"bucket": bucket, "key": "texts/nothing.txt"}},
}


with open(os.path.join(os.path.dirname(__file__), "..", "submit-aws-s3.json"), encoding="utf-8") as file:
    documented = json.load(file)

types = {"string": str, "boolean": bool, "integer": int, "date-time": str}


def values_at(found, path):
    """The attributes at a path such as `user.access_keys[].prefix`."""
    found = [found]
    for step in path.split("."):
        found = [getattr(parent, step.removesuffix("[]")) for parent in found]
        if step.endswith("[]"):
            found = [entry for entries in found for entry in entries]
    return found


def as_documented(job, moment):
    """The job has every documented field, of its type and with its value at that moment."""
    for field in documented["fields"]:
        values = values_at(job, field.get("python", {}).get(moment, field["name"]))
        equal([field["name"], bool(values), {type(value) for value in values}], [field["name"], True, {types[field["type"]]}])
        if field["type"] == "date-time":
            equal([datetime.fromisoformat(value).utcoffset() for value in values], [timedelta(0)])
        if moment in field:
            expected = field[moment] if isinstance(field[moment], list) else [field[moment]]
            equal([field["name"], values], [field["name"], expected])
    equal([job.submitted_by, [entry.prefix for entry in job.user.access_keys]], [prefix, [prefix]])


@check("jobs.submit_aws_s3 takes the documented parameters and returns the documented job, field by field")
def _():
    parameters = documented["parameters"]
    signature = inspect.signature(client.jobs.submit_aws_s3).parameters
    equal(
        [[name, parameter.default] for name, parameter in signature.items()],
        [[parameter["name"], parameter.get("default", inspect.Parameter.empty)] for parameter in parameters],
    )
    client.http.patch(f"/accounting/users/{client.http.get('/accounting/users')[0].identifier}", {"title": "Some Title"})
    job = client.jobs.submit_aws_s3(*[parameter["example"] for parameter in parameters])
    as_documented(job, "submitted")
    as_documented(job.block_until_complete(poll_interval=0.1), "completed")
    as_documented(client.jobs.get(job), "completed")


@check("jobs.submit_aws_s3 runs a model over objects; one that is missing fails alone")
def _():
    job = client.jobs.submit_aws_s3(SENTIMENT, SENTIMENT_VERSION, s3_sources, "test", SECRET, "us-east-1", explain=True)
    equal([job.total_inputs, job.access_key, job.explain, job.model.version], [3, prefix, True, SENTIMENT_VERSION])
    equal(job.job_inputs.identifier, ["happy", "leading slash", "missing"])
    result = results_of(job)
    equal([result.finished, result.total, result.completed, result.failed], [True, 3, 2, 1])
    outputs = result.get_source_outputs("happy")
    best = outputs["results.json"]["data"]["result"]["classPredictions"][0]
    if not best["class"].lower().startswith("pos"):
        raise AssertionError(f"expected positive, found {best}")
    equal(result.get_first_outputs(), outputs)
    equal(outputs.voting, {"up": 0, "down": 0})
    raises(ResultsError, lambda: result.get_source_outputs("missing"), "texts/nothing.txt", bucket)
    raises(KeyError, lambda: result.get_source_outputs("nobody"))
    if SECRET in json.dumps([job, result, client.jobs.get(job)]):
        raise AssertionError("the secret access key came back")


@check("jobs.submit_aws_s3_bulk and Model.submit_aws_s3_bulk make the same call")
def _():
    one = {"one": s3_sources["happy"]}
    model = client.models.get(SENTIMENT)
    for job in (
        client.jobs.submit_aws_s3_bulk(model, SENTIMENT_VERSION, one, "test", SECRET, "us-east-1"),
        model.submit_aws_s3_bulk(SENTIMENT_VERSION, one, "test", SECRET, "us-east-1"),
    ):
        equal(results_of(job).completed, 1)


@check("jobs.submit_aws_s3 with a flat source says what is wrong")
def _():
    flat = {"input.txt": {"bucket": bucket, "key": key}}
    raises(
        BadRequestError,
        lambda: client.jobs.submit_aws_s3(SENTIMENT, SENTIMENT_VERSION, flat, "test", SECRET, "us-east-1"),
        "input.sources",
    )


@check("jobs.submit_text, submit_text_bulk and Model.submit_text_bulk bring texts")
def _():
    text = {"gr\u00fc\u00df dich": {"input": "four"}, "\u20ac": {"input": "\u20ac"}}
    expected = {"gr\u00fc\u00df dich": 4, "\u20ac": 3}
    equal(sizes_of(client.jobs.submit_text(NO_OP, NO_OP_VERSION, text)), expected)
    equal(sizes_of(client.jobs.submit_text_bulk(NO_OP, NO_OP_VERSION, text)), expected)
    equal(sizes_of(client.models.get(NO_OP).submit_text_bulk(NO_OP_VERSION, text)), expected)
    equal(sizes_of(client.jobs.submit_text(NO_OP, NO_OP_VERSION, {"input": "four"})), {"job": 4})


@check("jobs.submit_embedded, submit_bytes and their bulk and model forms bring bytes")
def _():
    data = bytes(range(256))
    sources = {"bytes": {"input": data}}
    model = client.models.get(NO_OP)
    equal(sizes_of(client.jobs.submit_embedded(NO_OP, NO_OP_VERSION, sources)), {"bytes": 256})
    equal(sizes_of(client.jobs.submit_bytes_bulk(NO_OP, NO_OP_VERSION, sources)), {"bytes": 256})
    equal(sizes_of(model.submit_bytes_bulk(NO_OP_VERSION, sources)), {"bytes": 256})
    equal(sizes_of(client.jobs.submit_bytes(NO_OP, NO_OP_VERSION, sources)), {"bytes": 256})
    equal(sizes_of(model.submit_bytes(NO_OP_VERSION, sources)), {"bytes": 256})


@check("jobs.submit_file, submit_files and their bulk and model forms bring files in chunks")
def _():
    size = 2 * 1024 * 1024 + 17
    model = client.models.get(NO_OP)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file.bin")
        with open(path, "wb") as file:
            file.write(os.urandom(size))
        sources = {"a file": {"input": path}, "bytes": {"input": b"seven.."}}
        expected = {"a file": size, "bytes": 7}
        equal(sizes_of(client.jobs.submit_file(NO_OP, NO_OP_VERSION, sources)), expected)
        equal(sizes_of(client.jobs.submit_files_bulk(NO_OP, NO_OP_VERSION, sources)), expected)
        equal(sizes_of(model.submit_files_bulk(NO_OP_VERSION, sources)), expected)
        equal(sizes_of(client.jobs.submit_files(NO_OP, NO_OP_VERSION, {"input": path})), {"job": size})
        equal(sizes_of(model.submit_files(NO_OP_VERSION, {"input": path}, source_name="named")), {"named": size})


@check("jobs.submit_file leaves a canceled job when a file cannot be read")
def _():
    raises(
        FileNotFoundError,
        lambda: client.jobs.submit_file(NO_OP, NO_OP_VERSION, {"gone": {"input": "/nowhere/gone"}}),
    )
    job = client.jobs.get_history(status="CANCELED", sort_by="createdAt", direction="desc", per_page=1)[0]
    equal([job.status, job.total], ["CANCELED", 0])


@check("the Model.submit_* forms of one source that the client itself cannot make fail before a request")
def _():
    model = client.models.get(NO_OP)
    raises(TypeError, lambda: model.submit_text(NO_OP_VERSION, {"input": "x"}))
    raises(TypeError, lambda: model.submit_aws_s3(NO_OP_VERSION, s3_sources, "test", SECRET, "us-east-1"))


@check("jobs.submit_azureblob is understood")
def _():
    sources = {"one": {"input": {"container": "c", "filePath": "f"}}}
    refused_or_taken(
        lambda: client.jobs.submit_azureblob(NO_OP, NO_OP_VERSION, sources, "account", "c2VjcmV0"), "azureblob"
    )


@check("jobs.submit_storagegrid is understood")
def _():
    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
    refused_or_taken(
        lambda: client.jobs.submit_storagegrid(
            SENTIMENT, SENTIMENT_VERSION, {"one": s3_sources["happy"]}, "test", SECRET, endpoint
        ),
        "storage-grid",
    )


@check("jobs.submit_jdbc and Model.submit_jdbc are understood")
def _():
    arguments = ("jdbc:postgresql://127.0.0.1:9/none", "user", SECRET, "org.postgresql.Driver", "select 1 as \"input\"")
    refused_or_taken(lambda: client.jobs.submit_jdbc(NO_OP, NO_OP_VERSION, *arguments), "jdbc")
    refused_or_taken(lambda: client.models.get(NO_OP).submit_jdbc(NO_OP_VERSION, *arguments), "jdbc")


@check("jobs.get, Job.sync, Job.block_until_complete and Job.get_result follow a job")
def _():
    job = client.jobs.submit_text(NO_OP, NO_OP_VERSION, {"one": {"input": "x"}})
    equal(client.jobs.get(job.job_identifier).job_identifier, job.job_identifier)
    job.block_until_complete(poll_interval=0.1)
    equal(job.sync().status, "COMPLETED")
    equal([job.completed, job.failed, job.pending, job.total], [1, 0, 0, 1])
    equal([item.identifier for item in job.job_inputs], ["one"])
    equal([job.submitted_by, job.user.access_keys[0].prefix], [prefix, prefix])
    result = job.get_result()
    equal(result.sync().finished, True)
    equal(result.block_until_complete(poll_interval=0.1).results.one.status, "SUCCESSFUL")
    equal(client.results.get(job).job_identifier, job.job_identifier)


@check("jobs.cancel and Job.cancel answer a canceled job at once")
def _():
    body = {"model": {"identifier": NO_OP, "version": NO_OP_VERSION}}
    for cancel in (client.jobs.cancel, lambda job: client.jobs.get(job).cancel()):
        opened = client.http.post("/jobs", body)
        equal(cancel(opened.job_identifier).status, "CANCELED")
        equal(client.jobs.get(opened.job_identifier).status, "CANCELED")
        equal(client.results.get(opened.job_identifier).finished, True)


@check("jobs.get_history filters, sorts and pages")
def _():
    now = datetime.now(timezone.utc)
    everything = client.jobs.get_history()
    if not everything:
        raise AssertionError("no jobs")
    for job in everything:
        for field in (job.job_identifier, job.submitted_by, job.model.identifier, job.model.version, job.model.name, job.status):
            if not field:
                raise AssertionError(f"an empty field in {job}")
    equal(len(client.jobs.get_history(per_page=2, page=1.0)), 2)
    for status in ("terminated", "TERMINATED", "completed"):
        found = {job.status for job in client.jobs.get_history(status=status, per_page=100)}
        if not found or found - {"COMPLETED", "CANCELED", "TIMEDOUT"}:
            raise AssertionError(f"{status} found {found}")
    ascending = [job.created_at for job in client.jobs.get_history(sort_by="createdAt", direction="asc", per_page=100)]
    equal(ascending, sorted(ascending))
    recent = client.jobs.get_history(start_date=now - timedelta(days=1), end_date=now + timedelta(minutes=1))
    equal(bool(recent), True)
    equal(bool(client.jobs.get_history(start_date="2021-01-01T00:00:00.000", access_key=prefix, user="a")), True)
    equal(bool(client.jobs.get_history(model="No-op")), True)
    equal(client.jobs.get_history(access_key="nobody"), [])
    raises(BadRequestError, lambda: client.jobs.get_history(end_date=now), "startDate")
    raises(BadRequestError, lambda: client.jobs.get_history(start_date=now + timedelta(days=1)), "future")


@check("jobs.get_features has the size of chunks in words")
def _():
    features = client.jobs.get_features()
    equal(features.inputChunkMaximumSize, "1Mi")
    equal([type(features.maximum_input_chunks), type(features.maximum_inputs_per_job)], [int, int])


@check("models.get_all, get_models, get, get_by_name and Model.sync find models")
def _():
    everything = client.models.get_all()
    equal({NO_OP, SENTIMENT} - {model.modelId for model in everything}, set())
    equal(all("latestVersion" in model and "versions" in model for model in everything), True)
    equal([model.modelId for model in client.models.get_models(model_id=SENTIMENT, is_active=True)], [SENTIMENT])
    equal(client.models.get_models(name="no model has this name"), [])
    model = client.models.get(SENTIMENT)
    equal([model.modelId, model.identifier, model.sync().modelId], [SENTIMENT] * 3)
    equal(client.models.get_by_name(model.name).modelId, SENTIMENT)
    raises(NotFoundError, lambda: client.models.get_by_name("no model has this name"))
    raises(NotFoundError, lambda: client.models.get("nosuchmode"), "nosuchmode")


@check("models.get_related and Model.get_related name other models")
def _():
    related = client.models.get_related(SENTIMENT)
    equal(bool(related) and SENTIMENT not in [model.identifier for model in related], True)
    equal(client.models.get(SENTIMENT).get_related(), related)


@check("models.get_versions, get_version and the samples describe a version")
def _():
    versions = [item.version for item in client.models.get_versions(SENTIMENT)]
    equal(SENTIMENT_VERSION in versions, True)
    equal([item.version for item in client.models.get(SENTIMENT).get_versions()], versions)
    version = client.models.get_version(SENTIMENT, SENTIMENT_VERSION)
    equal([version.version, version.inputs[0].name, type(version.timeout.run)], [SENTIMENT_VERSION, "input.txt", int])
    sample = client.models.get_version_input_sample(SENTIMENT, SENTIMENT_VERSION)
    equal(sample.model.identifier, SENTIMENT)
    output = client.models.get_version_output_sample(SENTIMENT, SENTIMENT_VERSION)
    equal("results" in output and output.finished, True)
    raises(NotFoundError, lambda: client.models.get_version(SENTIMENT, "9.9.9"), "9.9.9")


@check("models.update_processing_engines, get_model_processing_details and get_minimum_engines change capacity")
def _():
    before = client.models.get_minimum_engines()
    client.models.update_processing_engines(NO_OP, NO_OP_VERSION, 1, 2, timeout=30, poll_rate=0.1)
    details = client.models.get_model_processing_details(NO_OP, NO_OP_VERSION)
    equal([details.identifier, details.version, details.ready >= 1], [NO_OP, NO_OP_VERSION, True])
    equal(client.models.get_minimum_engines(), before + 1)
    client.models.update_processing_engines(NO_OP, NO_OP_VERSION, 0, 1)
    equal(client.models.get_minimum_engines(), before)
    raises(ValueError, lambda: client.models.update_processing_engines(NO_OP, NO_OP_VERSION, 100, 200))


@check("models.deploy makes a model that runs, and a further version; models.edit_model_metadata changes it")
def _():
    with tempfile.TemporaryDirectory() as folder:
        sample = os.path.join(folder, "sample.txt")
        with open(sample, "w") as file:
            file.write("What a lovely day!")
        picture = os.path.join(folder, "picture.png")
        with open(picture, "wb") as file:
            file.write(bytes.fromhex("89504e470d0a1a0a00"))
        common = dict(
            container_image=f"millrace/{SENTIMENT}:{SENTIMENT_VERSION}",
            model_name="Deployed from Python",
            sample_input_file=sample,
            input_details=[
                {"name": "input.txt", "acceptedMediaTypes": "text/plain", "maximumSize": 5000, "description": "a text"}
            ],
            run_timeout="30",
            status_timeout="30",
            short_description="Feelings",
            tags=["Text"],
            long_description="long",
            performance_metrics=[
                {
                    "label": "Accuracy", "category": "c", "type": "percentage", "description": "d",
                    "highlight": True, "order": 1, "value": 0.5,
                }
            ],
        )
        deployed = client.models.deploy(
            model_version="0.0.1", model_picture=picture, credentials={"user": "me", "pass": SECRET}, **common
        )
        details = json.loads(deployed["model_data"])
        equal([details["version"], details["longDescription"]], ["0.0.1", "long"])
        if SECRET in deployed["model_data"]:
            raise AssertionError("the registry's password came back")
        identifier = deployed["container_url"].split("/")[-2]
        version = client.models.get_version(identifier, "0.0.1")
        equal([version.status, version.is_active, version.timeout.run], ["active", True, 30000])
        job = client.jobs.submit_text(identifier, "0.0.1", {"one": {"input.txt": "lovely"}})
        equal(results_of(job).completed, 1)
        client.models.deploy(model_version="0.0.2", model_id=identifier, cpu_count=1, memory=1, **common)
        equal(client.models.get(identifier).latest_version, "0.0.2")
        edited = client.models.edit_model_metadata(identifier, "0.0.2", technical_details="changed")
        details = json.loads(edited["model_data"])
        equal([details["technicalDetails"], details["longDescription"]], ["changed", "long"])
        arm = client.models.deploy(model_version="0.0.3", model_id=identifier, architecture="arm64", **common)
        equal(json.loads(arm["model_data"])["version"], "0.0.3")


@check("tags.get_all and get_tags_and_models find models by tag; an unknown tag finds nothing")
def _():
    tags = client.tags.get_all()
    equal(all(tag.identifier and tag.name and tag.data_type for tag in tags) and bool(tags), True)
    found, models = client.tags.get_tags_and_models([tags[0], "nothing"])
    equal([tag.identifier for tag in found], [tags[0].identifier])
    equal(all(model.identifier and model.name and model.tags for model in models) and bool(models), True)
    equal(client.tags.get_tags_and_models("nothing"), ([], []))


@check("errors arrive as the client's own, with the server's sentence")
def _():
    raises(NotFoundError, lambda: client.jobs.get("0b6f7e3c-0000-4000-8000-000000000000"), "0b6f7e3c")
    raises(ValueError, lambda: ApiClient(base_url=url, api_key="nobody.secret-of-nobody"))
    wrong = ApiClient(base_url=f"{url}/api", api_key=api_key)
    wrong.api_key = "nobody.secret-of-nobody"
    error = raises(UnauthorizedError, wrong.models.get_all)
    if not isinstance(error, ApiError) or "secret-of-nobody" in str(error):
        raise AssertionError(str(error))


raise SystemExit(1 if failed else 0)
