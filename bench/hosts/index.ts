import { runChromium } from './chromium.ts';
import { runDeno } from './deno.ts';
import { runNode } from './node.ts';
import type { Answer, Request } from './request.ts';

/** Each measures in a fresh process of its host. */
export const hosts: Record<string, (request: Request) => Promise<Answer>> = {
  node: runNode,
  deno: runDeno,
  chromium: runChromium,
};
