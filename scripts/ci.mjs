// The checks of .ci/run, each run to its end even when one before it failed; then what came of them.
// The last line counts every test and every other check: 'N passed, N failed'.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const results = 'build/test-results.json';
rmSync(results, { force: true });

const checks = ['test', 'lint', 'types', 'rules', 'docs'].map((name) => ({
  name,
  ok: runScript(name),
}));
const tests = countTests();

let passed = tests.passed;
let failed = tests.failed;
console.log(`\ntests: ${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`);
for (const { name, ok } of checks) {
  console.log(`npm run ${name}: ${ok ? 'ok' : 'failed'}`);
  if (ok) passed++;
  else failed++;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && tests.passed > 0 ? 0 : 1;

function runScript(name) {
  console.log(`\n== npm run ${name}`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const options = { stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' };
  return spawnSync(npm, ['run', '--silent', name], options).status === 0;
}

/** From vitest's own record; a build that fails leaves none. */
function countTests() {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
      readFileSync(results, 'utf8'),
    );
    return {
      passed: numPassedTests,
      failed: numFailedTests,
      skipped: numPendingTests + numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
