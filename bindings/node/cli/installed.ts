import { demo } from './commands/demo.ts';
import { commands, main } from './main.ts';

// The command of the package, with the examples beside it.
process.exitCode = await main([...commands, demo], process.argv.slice(2));
