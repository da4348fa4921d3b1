// A process that eats memory and never serves.
const held = [];
setInterval(() => held.push(Buffer.alloc(32 * 2 ** 20, 1)), 20);
