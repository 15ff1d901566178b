import { KnownTemplates } from './vnodes/known-template.js';

/** The known templates of each route. They are kept until the next garbage collection, which is long enough for one push. */
export class RouteTemplates {
  readonly #known = new WeakMap<object, WeakRef<KnownTemplates>>();

  /** @param route an object that the requests of one route have in common */
  of(route: object): KnownTemplates {
    const known = this.#known.get(route)?.deref();
    if (known) return known;
    const added = new KnownTemplates();
    this.#known.set(route, new WeakRef(added));
    return added;
  }
}
