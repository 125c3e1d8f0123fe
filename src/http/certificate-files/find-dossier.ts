import type { Dossiers } from '../../core/document/dossiers.ts';
import type { Dossier } from '../../proof/bundle/dossier.ts';
import { RequestFault } from '../shared/request-fault.ts';

export type FindDossier = (id: string) => Promise<Dossier>;

/** Errors: RequestFault `route-unknown`. */
export function createFindDossier({ compile }: Dossiers): FindDossier {
  return async (id) => {
    const dossier = await compile(id);
    if (dossier === null) throw new RequestFault('route-unknown', 'no such certificate');
    return dossier;
  };
}
