import { isAt, NOT_A_DEFECT, type Position } from '../../core/session/index.ts';
import { type Control, FINDING_FIRST } from './control.ts';
import { plural } from './format.ts';
import type { Workbench } from './workbench.ts';

const HOW_TO_RENAME = 'F2, or a click on its name, renames the class.';

/** What was asked for by a click stays, whatever is chosen until it is carried out. */
interface Click {
  /** In pixels of the scan: under the pointer, then around it. */
  places: readonly Position[];
  asks: 'label' | 'no defect' | 'erase';
  /** Class that was current, '' without any. */
  current: string | undefined;
}

/** What clicks on the scan do. Those made before its defects are found begin the search and wait for it. */
export class Clicks {
  private readonly control: Control;
  private readonly early = new WeakMap<Workbench, Click[]>();

  constructor(control: Control) {
    this.control = control;
  }

  async click(event: MouseEvent): Promise<void> {
    const { control } = this;
    const { bench, settings, labelling } = control;
    if (!bench) return;
    const isErasing = settings.tool === 'erase';
    const click: Click = {
      places: this.placesNear(event),
      asks: event.button === 2 ? 'no defect' : isErasing ? 'erase' : 'label',
      current: labelling?.current,
    };
    const hadClasses = bench.labelling.classes.length > 0;
    if (bench.found) await this.carryOut(click);
    else if (control.view.contains(click.places[0])) await this.wait(bench, click);
    // Said and not done: in the field the next digit or letter would be a name and no longer a command.
    const isMade = !hadClasses && bench.labelling.classes.length > 0;
    if (isMade && bench === control.bench && !control.isError)
      control.say(`${control.message} ${HOW_TO_RENAME}`);
  }

  private async wait(bench: Workbench, click: Click): Promise<void> {
    const { control } = this;
    const clicks = [...(this.early.get(bench) ?? []), click];
    this.early.set(bench, clicks);
    const text = waitingText(clicks);
    // The first one waits for all.
    if (clicks.length > 1) {
      control.say(text);
      return;
    }
    const isFound = await control.findFirst(text);
    const waited = this.early.get(bench) ?? [];
    this.early.delete(bench);
    if (isFound) await this.carryOutAll(bench, waited);
  }

  /** One message tells of all: each click's own would count that alone. */
  private async carryOutAll(bench: Workbench, clicks: readonly Click[]): Promise<void> {
    const { control } = this;
    const hit: Position[] = [];
    for (const click of clicks) {
      if (bench !== control.bench) return;
      const place = await this.carryOut(click);
      // Why something failed has been said.
      if (control.isError) return;
      if (place && !hit.some((other) => isAt(place, other))) hit.push(place);
    }
    if (hit.length === 0) control.say(`${control.findings} None where you clicked.`);
    else control.say(toldOf(bench, hit));
  }

  /** Returns the place of the defect that was hit. */
  private async carryOut({ places, asks, current }: Click): Promise<Position | undefined> {
    const { control } = this;
    const { bench } = control;
    const candidate = this.candidateAt(places);
    if (!bench || candidate < 0) {
      control.select(-1);
      if (asks === 'label') control.say(nothingHere(bench));
      return undefined;
    }
    const place = bench.placeOf(candidate);
    if (asks === 'erase') {
      await control.erase([candidate]);
      return place;
    }
    control.select(candidate, false, false);
    if (asks === 'no defect') await control.label([candidate], NOT_A_DEFECT);
    else await control.labelAsCurrent([candidate], current);
    return place;
  }

  /** The place under the pointer, then those within a few screen pixels of it: small candidates are hard to hit. */
  private placesNear({ offsetX, offsetY }: MouseEvent): Position[] {
    const { view } = this.control;
    const offsets = [0, -3, 3, -6, 6];
    return offsets.flatMap((dy) =>
      offsets.map((dx) => view.toScan({ x: offsetX + dx, y: offsetY + dy })),
    );
  }

  /** The first candidate at any of these places, -1 for none. */
  private candidateAt(places: readonly Position[]): number {
    const { bench } = this.control;
    for (const place of places) {
      const candidate = bench?.candidateAt(place) ?? -1;
      if (candidate >= 0) return candidate;
    }
    return -1;
  }
}

/** What can be done where a click met nothing. */
function nothingHere(bench: Workbench | undefined): string {
  const leftOut = bench?.findOptions?.support
    ? ' Undo brings back what the examples left out.'
    : '';
  return `No defect was found there.${leftOut} The brush (D) paints one that was missed.`;
}

function waitingText(clicks: readonly Click[]): string {
  const examples = clicks.filter(({ asks }) => asks !== 'erase').length;
  return examples > 0 ? `${plural(examples, 'example')}; finding the defects …` : FINDING_FIRST;
}

/** How many of these defects got which label, and how many were removed. */
function toldOf({ labelling }: Workbench, places: readonly Position[]): string {
  const counts = new Map<string, number>();
  for (const place of places) {
    const label = labelling.labels.find((one) => isAt(one, place))?.label ?? '';
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts]
    .map(([label, count]) => `${plural(count, 'defect')}${label ? `: ${label}` : ' removed'}.`)
    .join(' ');
}
