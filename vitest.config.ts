import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Tests without a database do not wait for one to start.
const withoutDatabase = [
  'test/*.test.ts',
  'test/{afterwards,browser,keys,labels,policy,policy-commands,protocol}/**/*.test.ts',
]

/** A run ends when its last file does, so that what takes a minute of one core does not begin at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => moduleId.endsWith('/protocol/flips.test.ts')
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
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
