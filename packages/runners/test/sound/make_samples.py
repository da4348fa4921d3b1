# Makes samples.json: what ffmpeg (5.1.9) decodes the recordings beside this folder to, every 200th sample of the first channel.
#   python3 packages/runners/test/sound/make_samples.py
import array, json, pathlib, subprocess

here = pathlib.Path(__file__).parent
every = 200
samples = {}
for file in sorted((here.parent / "recordings").iterdir()):
    rate, channels = (
        int(part)
        for part in subprocess.check_output(
            ["ffprobe", "-v", "error", "-show_entries", "stream=sample_rate,channels", "-of", "csv=p=0", file], text=True
        ).split(",")
    )
    # ffmpeg's own decoder of Opus resamples otherwise than the reference, which is what is bundled here.
    decoder = ["-c:a", "libopus"] if file.suffix == ".opus" else []
    raw = subprocess.check_output(["ffmpeg", "-v", "error", *decoder, "-i", file, "-f", "f32le", "-"])
    values = array.array("f", raw)[::channels]
    samples[file.name] = {"rate": rate, "length": len(values), "samples": [round(value, 5) for value in values[::every]]}
(here / "samples.json").write_text(json.dumps({"every": every, "files": samples}) + "\n")
