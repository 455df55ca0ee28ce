// Journeys in a browser through a running demo: `cargo xtask test --only browser` starts one, and so does
// `cargo xtask demo`, after which `npx playwright test` here uses it.
import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';
import { demo } from './demo.js';

const DEBIAN_CHROMIUM = '/usr/bin/chromium';
const PAUSING = 'pausing.spec.js';

export default defineConfig({
  testDir: '.',
  outputDir: '../../target/e2e',
  workers: 2,
  retries: 0,
  forbidOnly: true,
  reporter: 'list',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  projects: [
    { name: 'together', testIgnore: PAUSING },
    // Nobody else gets anything from the cluster meanwhile.
    { name: 'alone', testMatch: PAUSING, dependencies: ['together'] },
  ],
  use: {
    baseURL: demo.url,
    // Less than a test's: a step that hangs is named.
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    viewport: { width: 1440, height: 900 },
    // Without motion a picture does not depend on when it is taken.
    contextOptions: { reducedMotion: 'reduce' },
    screenshot: 'only-on-failure',
    launchOptions: {
      // Else Playwright's own, after `npx playwright install chromium`.
      executablePath: existsSync(DEBIAN_CHROMIUM) ? DEBIAN_CHROMIUM : undefined,
      args: [
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
