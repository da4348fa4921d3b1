// The v2 server of the tests in a process of its own; prints its address.
import { startV2Server } from "../../packages/runners/test/model-servers/v2-server.mjs";

const { address } = await startV2Server();
console.log(address);
