/** Where the clusterd of this host tell each other what they drive. Called by run and doctor. */
import { CLAIM_DIRECTORIES } from '../control/host-claims.ts';

/** All of a host have to look into the same places; tests keep to themselves. */
export function lockDirectories(named: string | undefined): readonly string[] {
  return named === undefined || named === '' ? CLAIM_DIRECTORIES : [named];
}
