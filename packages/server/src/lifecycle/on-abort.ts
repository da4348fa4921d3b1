export { onAbort } from "@millrace/runners";
