import Type, { type Static } from "typebox";
import { explanationKinds, explanationMethods, type ExplanationKind } from "./explanation-methods.js";
import { WireDate } from "./wire-date.js";

/** One line of `GET /models`. */
export const ModelSummary = Type.Object({
  modelId: Type.String(),
  identifier: Type.String(),
  name: Type.String(),
  latestVersion: Type.String(),
  versions: Type.Array(Type.String()),
});
export type ModelSummary = Static<typeof ModelSummary>;

export const ModelImage = Type.Object({
  url: Type.String(),
  caption: Type.String(),
  alt: Type.Optional(Type.String()),
  relationType: Type.String(),
});
export type ModelImage = Static<typeof ModelImage>;

export const ModelTag = Type.Object({
  identifier: Type.String(),
  name: Type.String(),
  dataType: Type.String(),
  isCategorical: Type.Boolean(),
  isUserCreated: Type.Boolean(),
  images: Type.Array(ModelImage),
});
export type ModelTag = Static<typeof ModelTag>;

/** How answers of a model version are explained. */
export const ModelExplanation = Type.Object({
  format: Type.String({
    description:
      "Format of data.explanation: wordImportance, maskRLE or featureImportance from the platform, or the name of the model's own format.",
  }),
  isOwn: Type.Boolean({ description: "Whether the model returns its own explanations." }),
  kind: Type.Union([Type.Enum(Object.keys(explanationKinds) as ExplanationKind[]), Type.Null()], {
    description: "The kind of input that the platform explains; null if it cannot explain the model.",
  }),
  methods: Type.Array(Type.Enum([...explanationMethods]), {
    description:
      "Values of a submission's explanation.method, the default first; empty if the platform cannot explain the model.",
  }),
  samples: Type.Union([Type.Integer(), Type.Null()], {
    description: "Default maximum of model calls per input; null if the platform cannot explain the model.",
  }),
});
export type ModelExplanation = Static<typeof ModelExplanation>;

export const ModelFeature = Type.Object({
  identifier: Type.String(),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  explanation: Type.Optional(ModelExplanation),
});
export type ModelFeature = Static<typeof ModelFeature>;

/** A registered model. `modelId` and `identifier` are the same: some clients read one, some the other. */
export const Model = Type.Object({
  ...ModelSummary.properties,
  latestActiveVersion: Type.String(),
  activeVersions: Type.Array(Type.String()),
  author: Type.String(),
  description: Type.String(),
  longDescription: Type.String(),
  permalink: Type.String(),
  sourceType: Type.String(),
  features: Type.Array(ModelFeature),
  tags: Type.Array(ModelTag),
  images: Type.Array(ModelImage),
  snapshotImages: Type.Array(ModelImage),
  isActive: Type.Boolean(),
  isAvailable: Type.Boolean(),
  isRecommended: Type.Boolean(),
  isCommercial: Type.Boolean(),
  isExperimental: Type.Boolean(),
  isExpired: Type.Boolean(),
  createdByEmail: Type.String(),
  createdByFullName: Type.String(),
  visibility: Type.Object({ scope: Type.String() }),
  lastActiveDateTime: Type.Union([WireDate, Type.Null()]),
  creationDateTime: WireDate,
  updateDateTime: WireDate,
});
export type Model = Static<typeof Model>;

/** One data item that a model version takes. */
export const ModelInput = Type.Object({
  name: Type.String(),
  acceptedMediaTypes: Type.String({ description: "Media types, separated by commas." }),
  maximumSize: Type.Integer({ description: "Bytes." }),
  description: Type.String(),
});
export type ModelInput = Static<typeof ModelInput>;

/** One output that a model version returns. `mediaTypes` repeats `mediaType` for the Go client, which reads that. */
export const ModelOutput = Type.Object({
  name: Type.String(),
  mediaType: Type.String(),
  mediaTypes: Type.String(),
  maximumSize: Type.Integer({ description: "Bytes." }),
  description: Type.String(),
});
export type ModelOutput = Static<typeof ModelOutput>;

/** A measured property of a model version, as its card states it. */
export const ModelStatistic = Type.Object({
  label: Type.String(),
  category: Type.String(),
  type: Type.String(),
  description: Type.String(),
  highlight: Type.Boolean(),
  order: Type.Integer(),
  value: Type.Number(),
});
export type ModelStatistic = Static<typeof ModelStatistic>;

export const ModelVersionSummary = Type.Object({ version: Type.String() });
export type ModelVersionSummary = Static<typeof ModelVersionSummary>;

/** A model version in full. Media types and samples are strings: some clients refuse anything else. */
export const ModelVersion = Type.Object({
  version: Type.String(),
  createdAt: WireDate,
  updatedAt: WireDate,
  createdBy: Type.String(),
  status: Type.String(),
  isActive: Type.Boolean(),
  isAvailable: Type.Boolean(),
  longDescription: Type.String(),
  technicalDetails: Type.String(),
  performanceSummary: Type.String(),
  sourceType: Type.String(),
  versionHistory: Type.String(),
  inputValidationSchema: Type.String(),
  timeout: Type.Object({
    status: Type.Integer({ minimum: 1, description: "Milliseconds a load may take." }),
    run: Type.Integer({ minimum: 1, description: "Milliseconds one run may take." }),
  }),
  requirement: Type.Object({
    requirementId: Type.Integer(),
    gpuUnits: Type.Integer(),
    cpuAmount: Type.String(),
    memoryAmount: Type.String(),
  }),
  inputs: Type.Array(ModelInput),
  outputs: Type.Array(ModelOutput),
  statistics: Type.Array(ModelStatistic),
  sampleInput: Type.String({ description: "A complete submission, as JSON text." }),
  sampleOutput: Type.String({ description: "A complete results body, as JSON text." }),
  processing: Type.Object({
    minimumParallelCapacity: Type.Integer(),
    maximumParallelCapacity: Type.Integer(),
  }),
  features: Type.Array(ModelFeature, {
    description: "Features of this version; the model has those of its latest version.",
  }),
  model: Model,
});
export type ModelVersion = Static<typeof ModelVersion>;

/** Filters of `GET /models/{model}/versions`; all versions without paging. */
export const ModelVersionsQuery = Type.Object({
  version: Type.Optional(Type.String()),
  status: Type.Optional(Type.String({ description: "active, deprecated or inactive." })),
  createdBy: Type.Optional(Type.String({ description: "Part of the author's name." })),
  createdAt: Type.Optional(Type.String({ description: "Created at or after this moment." })),
  updatedAt: Type.Optional(Type.String({ description: "Changed at or after this moment." })),
  isActive: Type.Optional(Type.String({ description: "true or false, in any case." })),
  isAvailable: Type.Optional(Type.String()),
  isExperimental: Type.Optional(Type.String()),
  page: Type.Optional(Type.String()),
  "per-page": Type.Optional(Type.String()),
  "sort-by": Type.Optional(Type.String({ description: "version, createdAt, updatedAt, status; comma-separated." })),
  direction: Type.Optional(Type.String()),
});
export type ModelVersionsQuery = Static<typeof ModelVersionsQuery>;

/** A version that was just deployed from an archive. */
export const DeployedVersion = Type.Object({
  ...ModelVersion.properties,
  warnings: Type.Array(Type.String(), {
    description: "What looks like a mistake in model.yaml, though the model runs, and how to correct it.",
  }),
});
export type DeployedVersion = Static<typeof DeployedVersion>;

/** The query of `GET /models`. */
export const ModelListQuery = Type.Object({
  modelId: Type.Optional(Type.String()),
  name: Type.Optional(Type.String({ description: "Part of the name; an exact match comes first." })),
  author: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  createdByEmail: Type.Optional(Type.String()),
  isActive: Type.Optional(Type.String({ description: "true or false, in any case." })),
  isExpired: Type.Optional(Type.String()),
  isRecommended: Type.Optional(Type.String()),
  isCommercial: Type.Optional(Type.String()),
  lastActiveDateTime: Type.Optional(Type.String()),
  expirationDateTime: Type.Optional(Type.String()),
  page: Type.Optional(Type.String()),
  "per-page": Type.Optional(Type.String()),
  "sort-by": Type.Optional(Type.String()),
  direction: Type.Optional(Type.String()),
});
export type ModelListQuery = Static<typeof ModelListQuery>;

/** A kind of machine that models can ask for. */
export const HardwareRequirement = Type.Object({
  requirementId: Type.Integer(),
  status: Type.String(),
  gpuUnits: Type.Integer(),
  cpuAmount: Type.String({ description: 'Thousandths of a core, "2000m".' }),
  memoryAmount: Type.String({ description: 'Always in G units, "4Gi": the Python client refuses others.' }),
});
export type HardwareRequirement = Static<typeof HardwareRequirement>;

/** A tag and how many active models have it. */
export const TagCount = Type.Object({ ...ModelTag.properties, count: Type.Integer() });
export type TagCount = Static<typeof TagCount>;

/** Tags and the models that have them; nothing else may be in it, as the Java client refuses more. */
export const TaggedModels = Type.Object({ tags: Type.Array(ModelTag), models: Type.Array(Model) });
export type TaggedModels = Static<typeof TaggedModels>;

/** How the test run of a version stands; `result` is the entry of its one input once it is over. */
export const TestRun = Type.Object({
  step: Type.Integer(),
  stepName: Type.String(),
  percentage: Type.Integer(),
  result: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
});
export type TestRun = Static<typeof TestRun>;

/** Paging and sorting of `GET /models/all/versions/all`. */
export const AllVersionsQuery = Type.Object({
  page: Type.Optional(Type.String()),
  "per-page": Type.Optional(Type.String()),
  "sort-by": Type.Optional(
    Type.String({
      description:
        "processing.minimumParallelCapacity, processing.maximumParallelCapacity, createdAt, updatedAt, status; comma-separated.",
    }),
  ),
  direction: Type.Optional(Type.String()),
});
export type AllVersionsQuery = Static<typeof AllVersionsQuery>;

/** Which accounts see a model, and may run jobs on it. */
export const ModelVisibility = Type.Object(
  {
    visibility: Type.Enum(["private", "shared", "public"], {
      description: "`private`: only its own account; `shared`: also the accounts named; `public`: every account.",
    }),
    accounts: Type.Optional(
      Type.Array(Type.String({ maxLength: 100 }), { maxItems: 1_000, description: "Identifiers; only for `shared`." }),
    ),
  },
  { additionalProperties: false },
);
export type ModelVisibility = Static<typeof ModelVisibility>;
