export { namesOf } from "@millrace/contract";
