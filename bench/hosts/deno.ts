import process from 'node:process';
import { compileCeiling } from '../ceiling/index.ts';
import { bundle, runProgram } from './program.ts';
import type { Answer, Request } from './request.ts';

/** A fresh Deno from the npm package; the kernels and the ceiling, no peers. */
export async function runDeno(request: Request): Promise<Answer> {
  compileCeiling();
  const program = await bundle('bench/hosts/deno-process.ts', 'neutral');
  const parameters = [
    'node_modules/deno/bin.cjs',
    'run',
    '--no-config',
    '--no-remote',
    '--no-npm',
    '--allow-read=build',
    program,
    JSON.stringify(request),
  ];
  return runProgram(process.execPath, parameters, { DENO_NO_UPDATE_CHECK: '1' });
}
