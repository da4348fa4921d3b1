import Type, { type Static } from "typebox";

/** The body of every response with a status of 400 or more. */
export const ErrorBody = Type.Object({
  statusCode: Type.Integer({ description: "The HTTP status, as a number." }),
  status: Type.String({ description: "The reason phrase that belongs to the status code." }),
  message: Type.String({ minLength: 1, description: "What went wrong and what to do about it." }),
  reportErrorUrl: Type.String({ description: "Where to report a fault of the server itself." }),
});
export type ErrorBody = Static<typeof ErrorBody>;
