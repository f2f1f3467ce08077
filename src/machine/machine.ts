/**
 * The machine: one cluster's program in motion. Pure: no clock, no socket, no file.
 * Called by cluster/ (the daemon), the simulator, the replayer and the prover: one engine for all.
 */
export {};
