import Type, { type Static } from "typebox";
import { WireDate } from "./wire-date.js";

/** Which master key seals stored secrets, and how far a rotation is. */
export const MasterKeyState = Type.Object({
  keyId: Type.String({ description: "Says which key it is, not what it is." }),
  retiringKeyId: Type.Union([Type.String(), Type.Null()], { description: "Null when no rotation is in progress." }),
  secretsLeft: Type.Integer({ description: "Stored secrets that are not under the new key yet." }),
  startedAt: Type.Union([WireDate, Type.Null()]),
  finishedAt: Type.Union([WireDate, Type.Null()]),
});
export type MasterKeyState = Static<typeof MasterKeyState>;
