/** One of Deno's workers as core sees it: `start` is its first message, `Message` what it posts. */
export function startThread<Message>(url: URL, start: unknown) {
  const worker = new Worker(url, { type: 'module' });
  worker.postMessage(start);
  return {
    post: (message: unknown, transfer: (ArrayBuffer | MessagePort)[] = []) =>
      worker.postMessage(message, transfer),
    listen(onMessage: (message: Message) => void, onFailure: (reason: string) => void) {
      worker.onmessage = ({ data }) => onMessage(data);
      worker.onerror = (event) => {
        event.preventDefault();
        onFailure(event.message);
      };
    },
    close: () => worker.terminate(),
  };
}
