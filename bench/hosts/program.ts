import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { build } from 'esbuild';

/** A TypeScript program as one file in build/run; returns its path. */
export async function bundle(file: string, platform: 'node' | 'neutral'): Promise<string> {
  const outfile = resolve('build/run', `${file.replace(/[^a-z0-9]+/gi, '-')}.mjs`);
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    format: 'esm',
    platform,
    target: 'es2022',
    // Deno is not to look for packages
    ...(platform === 'node'
      ? { packages: 'external' }
      : { packages: 'bundle', mainFields: ['module', 'main'] }),
    logLevel: 'warning',
  });
  return outfile;
}

/** Run a program that prints JSON; its complaints and progress pass through. */
export function runProgram<T>(program: string, parameters: string[], env = {}): Promise<T> {
  return new Promise((fulfil, reject) => {
    const child = spawn(program, parameters, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    let text = '';
    child.stdout.on('data', (part) => {
      text += part;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) reject(new Error(`${program} ${parameters[0]}: exit code ${code}`));
      else fulfil(JSON.parse(text));
    });
  });
}
