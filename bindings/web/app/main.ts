// The app as a page: everything happens in the reader's browser.
import { App } from './app.ts';
import { startEngine } from './engine.ts';
import { Store } from './store.ts';
import { useStyles } from './styles.ts';

useStyles();
const [{ engine, notice }, store] = await Promise.all([startEngine(), Store.open()]);
new App(engine, store).notice(notice);
