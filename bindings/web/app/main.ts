// The app as a page: everything happens in the reader's browser.
import { App } from './app.ts';
import { startEngine } from './engine.ts';
import { Store } from './store.ts';
import { useStyles } from './styles.ts';

useStyles();
// A file that is dropped before all is ready must not replace the page.
for (const type of ['dragover', 'drop']) {
  document.addEventListener(type, (event) => event.preventDefault());
}
const [{ engine, notice }, store] = await Promise.all([startEngine(), Store.open()]);
const app = new App(engine, store);
if (notice) app.notice(notice);
