import { readdirSync, readFileSync } from "node:fs";
import { BlockList, isIPv6 } from "node:net";
import { fileURLToPath } from "node:url";
import { ScaledObject, TriggerAuthentication } from "@kubernetes-models/keda/keda.sh/v1alpha1";
import { Deployment } from "kubernetes-models/apps/v1";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
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
  "networking.k8s.io/v1 NetworkPolicy": NetworkPolicy,
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

test.each(manifests)("%s is valid for Kubernetes", (_, manifest) => {
  const Schema = schemas[`${manifest.apiVersion} ${manifest.kind}`];
  if (Schema === undefined) throw new Error(`No schema for ${manifest.apiVersion} ${manifest.kind}.`);
  new Schema(manifest).validate();
});

test("detects an invalid manifest", () => {
  const [, deployment] = manifests.find(([name]) => name === "api.yaml: Deployment") ?? [];
  const wrong = { ...deployment, spec: { ...deployment?.spec, replicas: "two" } };
  expect(() => new Deployment(wrong).validate()).toThrow(/replicas/);
});

test("services, budgets and autoscalers name existing pods and deployments", () => {
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

test("pods can reach DNS, the database and the internet, but not private networks", () => {
  const [, policy] = manifests.find(([, { kind }]) => kind === "NetworkPolicy") ?? [];
  for (const [, { kind, spec }] of manifests)
    if (kind === "Deployment")
      expect(spec.template.metadata.labels).toMatchObject(policy?.spec.podSelector.matchLabels as object);
  expect(policy?.spec.policyTypes).toEqual(["Egress"]);
  const rules = policy?.spec.egress as any[];
  const isAllowed = (address: string, port: number) => {
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    const isWithin = (cidr: string) => {
      const [network = "", bits] = cidr.split("/");
      const list = new BlockList();
      list.addSubnet(network, Number(bits), isIPv6(network) ? "ipv6" : "ipv4");
      return list.check(address, family);
    };
    return rules.some(
      ({ to, ports }) =>
        (ports === undefined || ports.some((one: { port: number }) => one.port === port)) &&
        to.some(({ ipBlock }: any) => {
          if (ipBlock === undefined) return false;
          return isWithin(ipBlock.cidr) && !(ipBlock.except ?? []).some(isWithin);
        }),
    );
  };
  for (const address of ["8.8.8.8", "2606:4700::1111"]) expect(isAllowed(address, 443), address).toBe(true);
  expect([isAllowed("10.0.0.10", 5432), isAllowed("10.0.0.10", 80)]).toEqual([true, false]);
  for (const address of [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "168.63.129.16",
    "::1",
    "fd00:ec2::254",
    "fe80::1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
  ])
    expect(isAllowed(address, 80), address).toBe(false);
});

test("every pod is probed at ports that its container opens, and may write only to volumes", () => {
  for (const [name, { kind, spec }] of manifests) {
    if (kind !== "Deployment") continue;
    const { containers, volumes, securityContext } = spec.template.spec;
    expect(securityContext, name).toMatchObject({ runAsNonRoot: true });
    for (const { ports = [], volumeMounts = [], securityContext: own, env = [], ...container } of containers) {
      const open = ports.map((port: { name: string }) => port.name);
      for (const probe of ["readinessProbe", "livenessProbe", "startupProbe"]) {
        const { httpGet, tcpSocket } = container[probe] ?? {};
        expect(open, `${name}: ${probe}`).toContain((httpGet ?? tcpSocket)?.port);
      }
      expect(own, name).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
      const data = env.find((variable: { name: string }) => variable.name === "MILLRACE_DATA")?.value;
      expect(
        volumeMounts.map((mount: { mountPath: string }) => mount.mountPath),
        name,
      ).toContain(data);
      for (const mount of volumeMounts)
        expect(
          volumes.map((volume: { name: string }) => volume.name),
          name,
        ).toContain(mount.name);
    }
  }
});

test("kustomization.yaml lists existing files", () => {
  const { resources } = parse(readFileSync(`${directory}kustomization.yaml`, "utf8")) as { resources: string[] };
  for (const resource of resources) expect(files).toContain(resource);
});

test("the image's user is numeric, because Kubernetes rejects names with runAsNonRoot", () => {
  const dockerfile = readFileSync(fileURLToPath(new URL("../../Dockerfile", import.meta.url)), "utf8");
  const users = dockerfile.match(/^USER .*$/gm);
  expect(users?.length).toBeGreaterThan(0);
  for (const user of users ?? []) expect(user).toMatch(/^USER [1-9]\d*:[1-9]\d*$/);
});
