import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Where wasmtime is put when Python has none of its own. */
const packages = join(root, 'build/python');
const env = { ...process.env, PYTHONPATH: packages };

/** Whether there is a Python with wasmtime, installing it under build/ where there is a package index. */
export function hasWasmtime(): boolean {
  if (canImport()) return true;
  if (existsSync(packages)) return false;
  const pip = ['-m', 'pip', 'install', '--quiet', '--retries', '0', '--target', packages];
  try {
    execFileSync('python3', [...pip, 'wasmtime'], { stdio: 'ignore', timeout: 60_000 });
  } catch {
    return false;
  }
  return canImport();
}

function canImport(): boolean {
  try {
    execFileSync('python3', ['-c', 'import wasmtime'], { env, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What a Python program prints. */
export function runPython(program: string, folder: string = root): string {
  return execFileSync('python3', ['-c', program], { cwd: folder, encoding: 'utf8', env });
}
