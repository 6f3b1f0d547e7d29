// The checks of .ci/run, each run to its end even when another failed; then what came of them.
// The last line counts every test and every other check: 'N passed, N failed'.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const results = 'build/test-results.json';
rmSync(results, { force: true });

// The others run beside the tests, which wait now and then and leave a core to one of them in the end;
// what they say is kept until they have ended. Kernels are there by then, so that nobody builds them twice.
const built = await runScript('build', 'inherit');
const [test, ...others] = await Promise.all([
  built.ok ? runProgram('test', 'npx', ['vitest', 'run'], 'inherit') : { ...built, name: 'test' },
  ...inTurn(['lint', 'types', 'rules', 'docs']),
]);
const checks = [test, ...others];
for (const { name, said } of others) console.log(`\n== npm run ${name}\n${said}`);

const tests = countTests();

let passed = tests.passed;
let failed = tests.failed;
console.log(`\ntests: ${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`);
for (const { name, ok } of checks) {
  console.log(`${name}: ${ok ? 'ok' : 'failed'}`);
  if (ok) passed++;
  else failed++;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && tests.passed > 0 ? 0 : 1;

/** Scripts one after the other; a promise for each. */
function inTurn(names) {
  let before = Promise.resolve();
  return names.map((name) => {
    before = before.then(() => runScript(name, 'pipe'));
    return before;
  });
}

function runScript(name, output) {
  return runProgram(name, 'npm', ['run', '--silent', name], output);
}

/** A program to its end: whether all went well, and what it said unless that is for all to see. */
function runProgram(name, program, parameters, output) {
  console.log(`\n== ${[program, ...parameters].join(' ')}`);
  const isWindows = process.platform === 'win32';
  const stdio = ['ignore', output, output];
  const child = spawn(isWindows ? `${program}.cmd` : program, parameters, {
    stdio,
    shell: isWindows,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
  }
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ name, ok: false, said: String(error) }));
    child.on('close', (code) => resolve({ name, ok: code === 0, said }));
  });
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
