// Makes every call of the published Go client against a live server and checks what it returns.
//
// Prints `ok - name` or `not ok - name: reason` for each check.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	modzy "github.com/modzy/sdk-go"
	"github.com/modzy/sdk-go/model"
)

const (
	sentiment        = "ed542963de"
	sentimentVersion = "0.0.27"
	noOp             = "c0ffee0000"
	noOpVersion      = "1.0.0"
	secret           = "go-secret-access-key"
	pollInterval     = 100 * time.Millisecond
)

var (
	ctx    = context.Background()
	url    = os.Getenv("MILLRACE_TEST_URL")
	apiKey = os.Getenv("MILLRACE_TEST_API_KEY")
	bucket = os.Getenv("MILLRACE_TEST_BUCKET")
	object = os.Getenv("MILLRACE_TEST_OBJECT")
	prefix = strings.Split(apiKey, ".")[0]
	client = modzy.NewClient(url).WithAPIKey(apiKey)
	failed = false
)

// check runs a check at once and prints how it went.
func check(name string, run func() error) {
	err := func() (err error) {
		defer func() {
			if fault := recover(); fault != nil {
				err = fmt.Errorf("panic: %v", fault)
			}
		}()
		return run()
	}()
	if err == nil {
		fmt.Printf("ok - %s\n", name)
		return
	}
	failed = true
	fmt.Printf("not ok - %s: %s\n", name, strings.Join(strings.Fields(err.Error()), " "))
}

func equal(found, expected interface{}) error {
	a, _ := json.Marshal(found)
	b, _ := json.Marshal(expected)
	if string(a) != string(b) {
		return fmt.Errorf("expected %s, found %s", b, a)
	}
	return nil
}

func truth(holds bool, words string, values ...interface{}) error {
	if holds {
		return nil
	}
	return fmt.Errorf(words, values...)
}

// all is the first error there is.
func all(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// refused checks that a call failed with a sentence that has these words.
func refused(err error, words ...string) error {
	if err == nil {
		return errors.New("expected a refusal, found none")
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			return fmt.Errorf("expected %q in %q", word, err)
		}
	}
	return truth(!strings.Contains(err.Error(), secret), "the secret came back: %s", err)
}

// results waits for a job and returns what came of it.
func results(job *modzy.SubmitJobOutput, err error) (model.JobResults, error) {
	if err != nil {
		return model.JobResults{}, err
	}
	details, err := job.WaitForCompletion(ctx, pollInterval)
	if err != nil {
		return model.JobResults{}, err
	}
	if err := equal(details.Details.Status, "COMPLETED"); err != nil {
		return model.JobResults{}, err
	}
	found, err := job.GetResults(ctx)
	if err != nil {
		return model.JobResults{}, err
	}
	return found.Results, nil
}

// sizes checks what the no-op model saw: the size of each input.
func sizes(job *modzy.SubmitJobOutput, err error, expected map[string]int) error {
	found, err := results(job, err)
	if err != nil {
		return err
	}
	sizes := map[string]interface{}{}
	for name, result := range found.Results {
		sizes[name] = result.Data["results.json"].(map[string]interface{})["sizeBytes"]
	}
	return all(equal(sizes, expected), equal(len(found.Failures), 0))
}

func jobs() {
	check("Jobs.SubmitJobS3 runs a model over objects; one that is missing fails alone", func() error {
		found, err := results(client.Jobs().SubmitJobS3(ctx, &modzy.SubmitJobS3Input{
			ModelIdentifier: sentiment, ModelVersion: sentimentVersion, Explain: true, Timeout: time.Minute,
			AWSAccessKeyID: "test", AWSSecretAccessKey: secret, AWSRegion: "us-east-1",
			Inputs: map[string]modzy.S3InputItem{
				"happy":         {"input.txt": modzy.S3Input(bucket, object)},
				"leading slash": {"input.txt": modzy.S3Input(bucket, "/"+object)},
				"missing":       {"input.txt": modzy.S3Input(bucket, "texts/nothing.txt")},
			},
		}))
		if err != nil {
			return err
		}
		body, _ := json.Marshal(found)
		return all(
			equal([]int{found.Total, found.Completed, found.Failed}, []int{3, 2, 1}),
			equal([]bool{found.Finished, found.Explained}, []bool{true, true}),
			equal(found.SubmittedBy, prefix),
			truth(strings.Contains(fmt.Sprint(found.Results["happy"].Data), "classPredictions"), "no classes: %s", body),
			truth(strings.Contains(found.Failures["missing"].Error, "texts/nothing.txt"), "no cause: %s", body),
			truth(!strings.Contains(string(body), secret), "the secret came back"),
		)
	})
	check("Jobs.SubmitJobText answers a receipt and brings texts", func() error {
		job, err := client.Jobs().SubmitJobText(ctx, &modzy.SubmitJobTextInput{
			ModelIdentifier: noOp, ModelVersion: noOpVersion,
			Inputs: map[string]modzy.TextInputItem{"grüß dich": {"input": "four"}, "€": {"input": "€"}},
		})
		if err != nil {
			return err
		}
		receipt := job.Response
		return all(
			equal([]string{receipt.Model.Identifier, receipt.Model.Version}, []string{noOp, noOpVersion}),
			equal(receipt.TotalInputs, 2), equal(receipt.AccessKey, prefix), equal(len(receipt.JobInputs.Identifier), 2),
			truth(!receipt.SubmittedAt.IsZero(), "no submittedAt"),
			sizes(job, nil, map[string]int{"grüß dich": 4, "€": 3}),
		)
	})
	check("Jobs.SubmitJobEmbedded brings bytes", func() error {
		job, err := client.Jobs().SubmitJobEmbedded(ctx, &modzy.SubmitJobEmbeddedInput{
			ModelIdentifier: noOp, ModelVersion: noOpVersion,
			Inputs: map[string]modzy.EmbeddedInputItem{
				"encoded":  {"input": modzy.URIEncodeString("seven..", "")},
				"as it is": {"input": modzy.URIEncodedString("data:text/plain;base64,Zm91cg==")},
			},
		})
		return sizes(job, err, map[string]int{"encoded": 7, "as it is": 4})
	})
	check("Jobs.SubmitJobFile brings files in chunks", func() error {
		size := 2<<20 + 17
		job, err := client.Jobs().SubmitJobFile(ctx, &modzy.SubmitJobFileInput{
			ModelIdentifier: noOp, ModelVersion: noOpVersion,
			Inputs: map[string]modzy.FileInputItem{
				"a file": {"input": modzy.FileInputReader(strings.NewReader(strings.Repeat("x", size)))},
			},
		})
		small, smallErr := client.Jobs().SubmitJobFile(ctx, &modzy.SubmitJobFileInput{
			ModelIdentifier: noOp, ModelVersion: noOpVersion, ChunkSize: 3,
			Inputs: map[string]modzy.FileInputItem{"small": {"input": modzy.FileInputReader(strings.NewReader("seven.."))}},
		})
		return all(sizes(job, err, map[string]int{"a file": size}), sizes(small, smallErr, map[string]int{"small": 7}))
	})
	check("Jobs.SubmitJobFile leaves a canceled job when a file cannot be read", func() error {
		_, err := client.Jobs().SubmitJobFile(ctx, &modzy.SubmitJobFileInput{
			ModelIdentifier: noOp, ModelVersion: noOpVersion,
			Inputs: map[string]modzy.FileInputItem{"gone": {"input": modzy.FileInputFile("/nowhere/gone")}},
		})
		if err := refused(err, "gone"); err != nil {
			return err
		}
		list := (&modzy.ListJobsHistoryInput{}).WithPaging(1, 1).
			WithSort(modzy.SortDirectionDescending, modzy.ListJobsHistorySortFieldCreatedAt)
		found, err := client.Jobs().ListJobsHistory(ctx, list)
		if err != nil {
			return err
		}
		return equal(found.Jobs[0].Status, "CANCELED")
	})
	check("Jobs.SubmitJobJDBC is understood", func() error {
		job, err := client.Jobs().SubmitJobJDBC(ctx, &modzy.SubmitJobJDBCInput{
			ModelIdentifier: noOp, ModelVersion: noOpVersion, JDBCConnectionURL: "jdbc:postgresql://127.0.0.1:9/none",
			DatabaseUsername: "user", DatabasePassword: secret, Query: `select 1 as "input"`,
		})
		if err != nil {
			return refused(err, "jdbc")
		}
		_, err = job.Cancel(ctx)
		return err
	})
	check("JobActions follow and cancel a job", func() error {
		job, err := client.Jobs().SubmitJobText(ctx, &modzy.SubmitJobTextInput{
			ModelIdentifier: noOp, ModelVersion: noOpVersion, Inputs: map[string]modzy.TextInputItem{"one": {"input": "x"}},
		})
		if err != nil {
			return err
		}
		if _, err := job.WaitForCompletion(ctx, pollInterval); err != nil {
			return err
		}
		details, err := job.GetDetails(ctx)
		if err != nil {
			return err
		}
		version, err := job.GetModelDetails(ctx)
		if err != nil {
			return err
		}
		canceled, err := job.Cancel(ctx)
		if err == nil {
			err = equal(canceled.Details.JobIdentifier, job.Response.JobIdentifier)
		}
		found := details.Details
		return all(err,
			equal([]int{found.Total, found.Pending, found.Completed, found.Failed}, []int{1, 0, 1, 0}),
			equal([]string{found.SubmittedBy, found.JobInputs[0].Identifier}, []string{prefix, "one"}),
			equal(version.Details.Version, noOpVersion),
		)
	})
	check("Jobs.ListJobsHistory filters, sorts and pages", func() error {
		list := (&modzy.ListJobsHistoryInput{}).WithPaging(2, 1).
			WithFilter(modzy.ListJobsHistoryFilterFieldAccessKey, prefix).
			WithFilterOr(modzy.ListJobsHistoryFilterFieldStatus, "COMPLETED", "CANCELED").
			WithSort(modzy.SortDirectionAscending, modzy.ListJobsHistorySortFieldCreatedAt)
		seen := []time.Time{}
		for list != nil {
			found, err := client.Jobs().ListJobsHistory(ctx, list)
			if err != nil {
				return err
			}
			for _, job := range found.Jobs {
				if job.Model.Name == "" || job.SubmittedBy != prefix {
					return fmt.Errorf("an empty field in %+v", job)
				}
				seen = append(seen, job.CreatedAt.Time)
			}
			list = found.NextPage
		}
		for index := 1; index < len(seen); index++ {
			if seen[index].Before(seen[index-1]) {
				return fmt.Errorf("out of order: %s, %s", seen[index-1], seen[index])
			}
		}
		return truth(len(seen) >= 5, "found %d jobs, expected 5 at least", len(seen))
	})
	check("Jobs.GetJobFeatures has the size of chunks in words", func() error {
		found, err := client.Jobs().GetJobFeatures(ctx)
		if err != nil {
			return err
		}
		return equal(found.Features.InputChunkMaximumSize, "1Mi")
	})
}

func models() {
	check("Models.ListModels, GetLatestModels, GetModelDetails and GetModelDetailsByName find models", func() error {
		seen := map[string]bool{}
		for list := (&modzy.ListModelsInput{}).WithPaging(2, 1).WithFilter(modzy.ListModelsFilterFieldIsActive, "true"); list != nil; {
			found, err := client.Models().ListModels(ctx, list)
			if err != nil {
				return err
			}
			for _, one := range found.Models {
				seen[one.ID] = true
			}
			list = found.NextPage
		}
		latest, err := client.Models().GetLatestModels(ctx)
		if err != nil {
			return err
		}
		details, err := client.Models().GetModelDetails(ctx, &modzy.GetModelDetailsInput{ModelID: sentiment})
		if err != nil {
			return err
		}
		byName, err := client.Models().GetModelDetailsByName(ctx, &modzy.GetModelDetailsByNameInput{Name: details.Details.Name})
		if err != nil {
			return err
		}
		_, missing := client.Models().GetModelDetails(ctx, &modzy.GetModelDetailsInput{ModelID: "nosuchmode"})
		return all(
			truth(seen[sentiment] && seen[noOp], "not all models: %v", seen),
			truth(len(latest.Models) >= 2, "latest: %d", len(latest.Models)),
			equal(byName.Details.ModelID, sentiment),
			refused(missing, "nosuchmode"),
		)
	})
	check("Models.GetRelatedModels names other models", func() error {
		found, err := client.Models().GetRelatedModels(ctx, &modzy.GetRelatedModelsInput{ModelID: sentiment})
		if err != nil {
			return err
		}
		return truth(len(found.RelatedModels) > 0 && found.RelatedModels[0].ModelID != sentiment, "%+v", found)
	})
	check("Models.ListModelVersions, GetModelVersionDetails and the samples describe a version", func() error {
		versions, err := client.Models().ListModelVersions(ctx, &modzy.ListModelVersionsInput{ModelID: sentiment})
		if err != nil {
			return err
		}
		found, err := client.Models().GetModelVersionDetails(ctx, &modzy.GetModelVersionDetailsInput{ModelID: sentiment, Version: sentimentVersion})
		if err != nil {
			return err
		}
		input, err := client.Models().GetModelVersionSampleInput(ctx, &modzy.GetModelVersionSampleInputInput{ModelID: sentiment, Version: sentimentVersion})
		if err != nil {
			return err
		}
		output, err := client.Models().GetModelVersionSampleOutput(ctx, &modzy.GetModelVersionSampleOutputInput{ModelID: sentiment, Version: sentimentVersion})
		if err != nil {
			return err
		}
		return all(
			truth(len(versions.Versions) >= 2, "%+v", versions),
			equal([]string{found.Details.Version, found.Details.Inputs[0].Name}, []string{sentimentVersion, "input.txt"}),
			truth(found.Details.Timeout.Run > 0, "no time-out"),
			truth(strings.Contains(input.Sample, sentiment), "%s", input.Sample),
			truth(strings.Contains(output.Sample, "results"), "%s", output.Sample),
		)
	})
	check("Models.UpdateModelProcessingEngines and GetMinimumEngines change capacity", func() error {
		set := func(minimum int) error {
			found, err := client.Models().UpdateModelProcessingEngines(ctx, &modzy.UpdateModelProcessingEnginesInput{
				ModelID: noOp, Version: noOpVersion, MinimumParallelCapacity: minimum, MaximumParallelCapacity: 2,
			})
			if err != nil {
				return err
			}
			return equal(found.Details.Processing, model.ModelVersionDetailsProcessing{MinimumParallelCapacity: minimum, MaximumParallelCapacity: 2})
		}
		before, err := client.Models().GetMinimumEngines(ctx)
		if err != nil {
			return err
		}
		if err := set(1); err != nil {
			return err
		}
		after, err := client.Models().GetMinimumEngines(ctx)
		if err != nil {
			return err
		}
		return all(equal(after.Details.MinimumProcessingEnginesSum, before.Details.MinimumProcessingEnginesSum+1), set(0))
	})
	check("Models.GetTags and GetTagModels find models by tag; an unknown tag finds nothing", func() error {
		tags, err := client.Models().GetTags(ctx)
		if err != nil {
			return err
		}
		found, err := client.Models().GetTagModels(ctx, &modzy.GetTagModelsInput{TagIDs: []string{tags.Tags[0].Identifier, "nothing"}})
		if err != nil {
			return err
		}
		nothing, err := client.Models().GetTagModels(ctx, &modzy.GetTagModelsInput{TagIDs: []string{"nothing"}})
		if err != nil {
			return err
		}
		return all(
			equal(len(found.Tags), 1), truth(len(found.Models) > 0, "no models"),
			equal(len(nothing.Tags)+len(nothing.Models), 0),
		)
	})
}

func account() {
	check("Accounting.GetEntitlements, HasEntitlement and GetLicense describe the account", func() error {
		entitlements, err := client.Accounting().GetEntitlements(ctx)
		if err != nil {
			return err
		}
		has, err := client.Accounting().HasEntitlement(ctx, "CAN_PATCH_PROCESSING_MODEL_VERSION")
		if err != nil {
			return err
		}
		license, err := client.Accounting().GetLicense(ctx)
		if err != nil {
			return err
		}
		return all(
			truth(len(entitlements.Entitlements) > 1 && has, "%+v", entitlements),
			truth(license.License.ProcessingEngines != "", "%+v", license),
		)
	})
	check("Accounting.ListAccountingUsers finds users", func() error {
		found, err := client.Accounting().ListAccountingUsers(ctx, (&modzy.ListAccountingUsersInput{}).WithPaging(10, 1))
		if err != nil {
			return err
		}
		nobody, err := client.Accounting().ListAccountingUsers(ctx, (&modzy.ListAccountingUsersInput{}).
			WithFilter(modzy.ListAccountingUsersFilterFieldSearch, "nobody has this name"))
		if err != nil {
			return err
		}
		return all(truth(len(found.Users) > 0 && found.Users[0].Identifier != "", "%+v", found), equal(len(nobody.Users), 0))
	})
	check("Accounting.ListProjects and GetProjectDetails find projects", func() error {
		found, err := client.Accounting().ListProjects(ctx, (&modzy.ListProjectsInput{}).WithPaging(10, 1))
		if err != nil {
			return err
		}
		for _, project := range found.Projects {
			details, err := client.Accounting().GetProjectDetails(ctx, &modzy.GetProjectDetailsInput{ProjectID: project.Identifier})
			if err != nil {
				return err
			}
			if err := all(equal(details.Project.Name, project.Name), truth(len(project.AccessKeys) > 0, "no keys")); err != nil {
				return err
			}
		}
		_, err = client.Accounting().GetProjectDetails(ctx, &modzy.GetProjectDetailsInput{ProjectID: "0b6f7e3c-0000-4000-8000-000000000000"})
		return refused(err, "0b6f7e3c")
	})
}

func dashboard() {
	today := model.ModzyDate{Time: time.Now()}
	weekAgo := model.ModzyDate{Time: time.Now().AddDate(0, 0, -7)}
	check("Dashboard.GetAlerts and GetAlertDetails count what is stuck", func() error {
		alerts, err := client.Dashboard().GetAlerts(ctx, &modzy.GetAlertsInput{})
		if err != nil {
			return err
		}
		details, err := client.Dashboard().GetAlertDetails(ctx, &modzy.GetAlertDetailsInput{Type: modzy.AlertTypeJobStuck})
		if err != nil {
			return err
		}
		for _, alert := range alerts.Alerts {
			if alert.Type == modzy.AlertTypeJobStuck {
				return equal(len(details.Entities), alert.Count)
			}
		}
		return equal(len(details.Entities), 0)
	})
	check("Dashboard.GetDataProcessed and GetPredictionsMade count this run's jobs", func() error {
		data, err := client.Dashboard().GetDataProcessed(ctx, &modzy.GetDataProcessedInput{BeginDate: weekAgo, EndDate: today})
		if err != nil {
			return err
		}
		predictions, err := client.Dashboard().GetPredictionsMade(ctx, &modzy.GetPredictionsMadeInput{BeginDate: weekAgo, EndDate: today, AccessKeyPrefix: prefix})
		if err != nil {
			return err
		}
		none, err := client.Dashboard().GetPredictionsMade(ctx, &modzy.GetPredictionsMadeInput{BeginDate: weekAgo, EndDate: today, ModelIdentifier: "nosuchmode"})
		if err != nil {
			return err
		}
		return all(
			truth(data.Summary.RecentBytes > 2<<20 && len(data.Recent) >= 7, "%+v", data),
			truth(predictions.Summary.RecentPredictions >= 8, "%+v", predictions),
			equal(none.Summary.RecentPredictions, 0),
		)
	})
	check("Dashboard.GetActiveUsers and GetActiveModels rank this run's jobs", func() error {
		users, err := client.Dashboard().GetActiveUsers(ctx, &modzy.GetActiveUsersInput{BeginDate: weekAgo, EndDate: today})
		if err != nil {
			return err
		}
		found, err := client.Dashboard().GetActiveModels(ctx, &modzy.GetActiveModelsInput{BeginDate: weekAgo, EndDate: today})
		if err != nil {
			return err
		}
		return all(
			truth(len(users.Users) > 0 && users.Users[0].Ranking == 1 && users.Users[0].Jobs > 0, "%+v", users),
			truth(len(found.Models) > 1 && found.Models[0].Name != "", "%+v", found),
		)
	})
	check("Dashboard.GetPrometheusMetric has values of every metric", func() error {
		for _, metric := range []modzy.PrometheusMetricType{
			modzy.PrometheusMetricTypeCPURequest, modzy.PrometheusMetricTypeCPUAvailable, modzy.PrometheusMetricTypeCPUUsed,
			modzy.PrometheusMetricTypeMemoryRequested, modzy.PrometheusMetricTypeMemoryAvailable,
			modzy.PrometheusMetricTypeMemoryUsed, modzy.PrometheusMetricTypeCPUOverallUsage,
			modzy.PrometheusMetricTypeMemoryOverallUsage, modzy.PrometheusMetricTypeCPUCurrentUsage,
		} {
			found, err := client.Dashboard().GetPrometheusMetric(ctx, &modzy.GetPrometheusMetricInput{BeginDate: weekAgo, EndDate: today, Metric: metric})
			if err != nil {
				return fmt.Errorf("%s: %w", metric, err)
			}
			if len(found.Values) == 0 || found.Values[0].Value == "" {
				return fmt.Errorf("%s has no values", metric)
			}
		}
		return nil
	})
	check("Resources.GetProcessingModels shows engines", func() error {
		found, err := client.Resources().GetProcessingModels(ctx)
		if err != nil {
			return err
		}
		for _, one := range found.Models {
			if one.Identifier == noOp {
				return truth(!one.DeployedAt.IsZero(), "%+v", one)
			}
		}
		return fmt.Errorf("the no-op model is missing: %+v", found)
	})
	check("errors arrive as the client's own, with the server's sentence", func() error {
		_, missing := client.Jobs().GetJobDetails(ctx, &modzy.GetJobDetailsInput{JobIdentifier: "0b6f7e3c-0000-4000-8000-000000000000"})
		_, wrong := modzy.NewClient(url).WithAPIKey("nobody." + secret).Models().GetLatestModels(ctx)
		_, team := modzy.NewClient(url).WithTeamKey("nobody", secret).Models().GetLatestModels(ctx)
		_, alias := modzy.NewClient(url + "/api").WithAPIKey(apiKey).Models().GetLatestModels(ctx)
		return all(refused(missing, "0b6f7e3c"), refused(wrong), refused(team), alias)
	})
}

func main() {
	jobs()
	models()
	account()
	dashboard()
	if failed {
		os.Exit(1)
	}
}
