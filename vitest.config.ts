import { defineConfig } from 'vitest/config'

// Tests without a database do not wait for one to start.
const withoutDatabase = [
  'test/*.test.ts',
  'test/{afterwards,browser,keys,labels,policy,policy-commands,protocol}/**/*.test.ts',
]

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 3,
    projects: [
      { extends: true, test: { name: 'pure', include: withoutDatabase } },
      {
        extends: true,
        test: {
          name: 'database',
          include: ['test/**/*.test.ts'],
          exclude: withoutDatabase,
          globalSetup: ['test/support/databases-setup.ts'],
          setupFiles: ['test/support/recorded-requests.ts'],
        },
      },
    ],
  },
})
