/** Run a program and leave its result, or its error, in the page's <pre>, for resultOf. */
export async function writeResult(program: () => Promise<unknown>): Promise<void> {
  const output = document.querySelector('pre')!;
  try {
    output.textContent = JSON.stringify(await program());
  } catch (error) {
    output.textContent = String(error instanceof Error ? error.stack : error);
  }
  output.id = 'done';
}
