import { apply, type Command } from './labelling.ts';
import type { Labelling } from './types.ts';

/**
 * A labelling with everything that was done to it, which can be undone and done again without limit.
 * Labellings share what they have in common, so that a step costs little memory.
 */
export class History {
  private states: Labelling[];
  private commands: Command[] = [];
  private at = 0;

  constructor(start: Labelling) {
    this.states = [start];
  }

  get present(): Labelling {
    return this.states[this.at];
  }

  get canUndo(): boolean {
    return this.at > 0;
  }

  get canRedo(): boolean {
    return this.at < this.commands.length;
  }

  /** What undo would take back, for a menu. */
  get lastCommand(): Command | undefined {
    return this.commands[this.at - 1];
  }

  /**
   * Carry out a command; what had been undone is gone. Choosing a class is no step of its own: undo
   * takes back work, not where the hand was. Throws as apply, and then nothing has changed.
   */
  run(command: Command): void {
    const after = apply(this.present, command);
    if (command.type === 'choose class') {
      this.states[this.at] = after;
      return;
    }
    this.states.length = this.at + 1;
    this.commands.length = this.at;
    this.states.push(after);
    this.commands.push(command);
    this.at++;
  }

  /** Take the last command back; false when there is none. */
  undo(): boolean {
    if (!this.canUndo) return false;
    this.at--;
    return true;
  }

  /** Do again what was undone last; false when there is nothing. */
  redo(): boolean {
    if (!this.canRedo) return false;
    this.at++;
    return true;
  }
}
