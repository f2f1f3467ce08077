import { cpus } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/transport/wires-reporter.ts'],
    // Most of them wait for real peers: more at once than there are processors.
    maxWorkers: Math.max(3, cpus().length),
    testTimeout: 20_000,
    hookTimeout: 20_000,
    coverage: {
      provider: 'v8',
      include: ['src/language/**', 'src/machine/**'],
      reporter: ['text-summary', 'text'],
      reportsDirectory: '.coverage',
    },
  },
});
