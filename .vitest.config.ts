import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/transport/wires-reporter.ts'],
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
