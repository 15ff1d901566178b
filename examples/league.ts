export interface Match {
  teams: readonly [string, string];
  goals: readonly [number, number];
}

export interface Standing {
  team: string;
  played: number;
  /** Goals for the team, less those against it. */
  difference: number;
  points: number;
}

export const TEAMS = ['Bergen', 'Cádiz', 'Gdańsk', 'Lille', 'Malmö', 'Porto', 'Turku', 'Utrecht'];
export const FULL_TIME = 90;

const ROUNDS = TEAMS.length - 1;
/** Chance of one team in one minute. */
const GOAL_CHANCE = 0.016;

/** A season in which each team meets every other one, played by chance. Then the next one begins. */
export class League {
  minute = 0;
  /** The matches of this round. A goal makes a new object. */
  matches: Match[];
  #past: Match[] = [];
  #round = 0;

  constructor() {
    this.matches = this.#pair();
  }

  /** Plays one minute. The minute after full time is the first of the next round. */
  tick(): void {
    if (this.minute === FULL_TIME) this.#startRound();
    this.minute += 1;
    this.matches = this.matches.map((match) => {
      const [home, away] = match.goals.map((goals) => goals + Number(Math.random() < GOAL_CHANCE));
      const goals = [home ?? 0, away ?? 0] as const;
      return goals.join() === match.goals.join() ? match : { ...match, goals };
    });
  }

  /** The best team first. Matches under way count. */
  table(): Standing[] {
    const standings = TEAMS.map((team) => standingOf(team, [...this.#past, ...this.matches]));
    return standings.sort((a, b) => b.points - a.points || b.difference - a.difference);
  }

  #startRound(): void {
    this.#round = (this.#round + 1) % ROUNDS;
    this.#past = this.#round === 0 ? [] : [...this.#past, ...this.matches];
    this.minute = 0;
    this.matches = this.#pair();
  }

  /** The first team keeps its place, and the others move on by one each round. */
  #pair(): Match[] {
    const [first = '', ...others] = TEAMS;
    const order = [first, ...others.slice(this.#round), ...others.slice(0, this.#round)];
    return Array.from({ length: order.length / 2 }, (_, i) => ({
      teams: [order[i] ?? '', order.at(-1 - i) ?? ''],
      goals: [0, 0],
    }));
  }
}

function standingOf(team: string, matches: Match[]): Standing {
  const standing = { team, played: 0, difference: 0, points: 0 };
  for (const { teams, goals } of matches) {
    const side = teams.indexOf(team);
    if (side < 0) continue;
    const difference = (side === 0 ? 1 : -1) * (goals[0] - goals[1]);
    standing.played += 1;
    standing.difference += difference;
    standing.points += difference > 0 ? 3 : Number(difference === 0);
  }
  return standing;
}
