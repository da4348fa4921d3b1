import Type, { type Static } from "typebox";
import { requestErrorCodes } from "./error-catalogue.js";

/** The body of every response with a status of 400 or more. */
export const ErrorBody = Type.Object({
  statusCode: Type.Integer({ description: "The HTTP status, as a number." }),
  status: Type.String({ description: "The reason phrase that belongs to the status code." }),
  code: Type.Enum(requestErrorCodes, { description: "What went wrong, for programs: see docs/errors.md." }),
  message: Type.String({ minLength: 1, description: "What went wrong and what to do about it." }),
  requestId: Type.String({ description: "Also the `x-request-id` header, and in every log line of the request." }),
  reportErrorUrl: Type.String({
    description: "Where to get help: the address that this installation names, or the meaning of the code.",
  }),
});
export type ErrorBody = Static<typeof ErrorBody>;
