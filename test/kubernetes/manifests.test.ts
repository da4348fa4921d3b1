import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ScaledObject, TriggerAuthentication } from "@kubernetes-models/keda/keda.sh/v1alpha1";
import { Deployment } from "kubernetes-models/apps/v1";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import { Namespace, Service } from "kubernetes-models/v1";
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";

const directory = fileURLToPath(new URL("../../deploy/kubernetes/", import.meta.url));
const files = readdirSync(directory);

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: any;
}

/** Each checks a manifest against the schema that Kubernetes, or KEDA, publishes. */
const schemas: Record<string, new (manifest: any) => { validate(): void }> = {
  "v1 Namespace": Namespace,
  "v1 Service": Service,
  "apps/v1 Deployment": Deployment,
  "autoscaling/v2 HorizontalPodAutoscaler": HorizontalPodAutoscaler,
  "policy/v1 PodDisruptionBudget": PodDisruptionBudget,
  "keda.sh/v1alpha1 ScaledObject": ScaledObject,
  "keda.sh/v1alpha1 TriggerAuthentication": TriggerAuthentication,
};

const manifests = files
  .filter((file) => file !== "kustomization.yaml")
  .flatMap((file) =>
    parseAllDocuments(readFileSync(directory + file, "utf8")).map(
      (document) => [`${file}: ${document.get("kind") as string}`, document.toJS() as Manifest] as const,
    ),
  );

test.each(manifests)("%s is what Kubernetes takes", (_, manifest) => {
  const Schema = schemas[`${manifest.apiVersion} ${manifest.kind}`];
  if (Schema === undefined) throw new Error(`No schema for ${manifest.apiVersion} ${manifest.kind}.`);
  new Schema(manifest).validate();
});

test("a manifest that is wrong is found", () => {
  const [, deployment] = manifests.find(([name]) => name === "api.yaml: Deployment") ?? [];
  const wrong = { ...deployment, spec: { ...deployment?.spec, replicas: "two" } };
  expect(() => new Deployment(wrong).validate()).toThrow(/replicas/);
});

test("services, budgets and autoscalers name pods and deployments that there are", () => {
  const deployments = manifests.flatMap(([, manifest]) => (manifest.kind === "Deployment" ? [manifest] : []));
  for (const [name, { kind, spec }] of manifests) {
    const target = spec?.scaleTargetRef?.name;
    if (target !== undefined)
      expect(
        deployments.map(({ metadata }) => metadata.name),
        name,
      ).toContain(target);
    const selector =
      kind === "Service" ? spec.selector : kind === "PodDisruptionBudget" ? spec.selector.matchLabels : undefined;
    if (selector !== undefined)
      expect(
        deployments.map((deployment) => deployment.spec.template.metadata.labels),
        name,
      ).toContainEqual(selector);
  }
});

test("kustomization.yaml lists files that there are", () => {
  const { resources } = parse(readFileSync(`${directory}kustomization.yaml`, "utf8")) as { resources: string[] };
  for (const resource of resources) expect(files).toContain(resource);
});

test("the image's user is a number: Kubernetes starts no name where runAsNonRoot is asked for", () => {
  const dockerfile = readFileSync(fileURLToPath(new URL("../../Dockerfile", import.meta.url)), "utf8");
  expect(dockerfile).toMatch(/^USER [1-9]\d*$/m);
});
