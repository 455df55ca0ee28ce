//! The catalog: entries with many versions each, most of them over, some offered, and one that waits for a decision.

use super::Amounts;
use anyhow::{Context, Result};
use sqlx::PgConnection;

/// Versions of an entry by their number: up to the first they are blocked, up to the second they end.
const BLOCKED_UPTO: i64 = 35;
const ENDS_UPTO: i64 = 42;

const ENTRIES: &str = r"
    insert into catalog_entries (name, spec, added_at, edited_at, given)
    select format('entry-%s', lpad(e::text, 4, '0')),
           jsonb_build_object('title', format('Entry %s', e), 'summary', 'A service that teams install, for the bench.',
               'category', (array ['service', 'job', 'data', 'network', 'observability', 'other'])[e % 6 + 1],
               'owner', 'Platform team', 'documentation', repeat(E'A paragraph of its documentation.\n\n', 20))
               || case when e % 5 = 0 then jsonb_build_object('teams', jsonb_build_array('payments')) else '{}' end,
           now(), now(), '{}'
    from generate_series(1, $1::bigint) e";

const ARCHIVES: &str = r"
    insert into chart_archives (digest, bytes, metadata, readme, values_yaml, templates, kept_at)
    select encode(sha256(convert_to(format('%s %s', e, v), 'UTF8')), 'hex'), 'x',
           jsonb_build_object('name', format('entry-%s', e), 'version', format('1.%s.0', v), 'app_version', v::text,
               'is_deprecated', false, 'keywords', '[]'::jsonb, 'maintainers', '[]'::jsonb, 'dependencies', '[]'::jsonb),
           repeat(E'## Part\n\nA paragraph of a README, with `code` and *emphasis*.\n\n', 30),
           (select string_agg(format(E'key%s: value\n', n), '') from generate_series(1, 50) n) || format('version: %s', v), '{}',
           now()
    from generate_series(1, $1::bigint) e, generate_series(1, $2::bigint) v";

const VERSIONS: &str = r"
    insert into chart_versions (id, entry, version, sort_key, is_prerelease, digest, origin, findings, state_at,
                                approvals_needed, taken_in_at, rendered, given)
    select gen_random_uuid(), format('entry-%s', lpad(e::text, 4, '0')), format('1.%s.0', v),
           format('%s.%s.%s~1.%s.0', lpad('1', 20, '0'), lpad(v::text, 20, '0'), lpad('0', 20, '0'), v), false,
           encode(sha256(convert_to(format('%s %s', e, v), 'UTF8')), 'hex'), format('entry-%s.tgz', e),
           jsonb_build_object('images', jsonb_build_array(format('registry.example.com/entry-%s:%s', e, v)),
               'cluster_scoped', '[]'::jsonb, 'custom_resources', '[]'::jsonb, 'rights', '[]'::jsonb,
               'pod_security', 'restricted', 'pod_security_violations', '[]'::jsonb, 'not_creatable', '[]'::jsonb,
               'hooks', '[]'::jsonb, 'n_objects', 5, 'signature', jsonb_build_object('state', 'not_required'),
               'needs', jsonb_build_object('cpu_m', 100, 'memory_bytes', 134217728, 'storage_bytes', 0, 'n_unknown', 0)),
           now(), 0, now() - v * interval '1 hour',
           (select string_agg(format(E'---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: part-%s\ndata:\n  version: %s\n',
                                     n, v), '') from generate_series(1, 40) n), '{}'
    from generate_series(1, $1::bigint) e, generate_series(1, $2::bigint) v";

const INGESTS: &str = "
    insert into chart_ingests (id, entry, what, state, version_id, begun_at, ended_at)
    select gen_random_uuid(), entry, jsonb_build_object('kind', 'upload', 'file', origin), 'taken_in', id, taken_in_at,
           taken_in_at
    from chart_versions";

/// All but the newest, which waits.
const APPROVED: &str = "
    update chart_versions set state = 'approved', offered_at = now()
    where split_part(version, '.', 2)::bigint < $1::bigint";

const ENDING: &str = "
    update chart_versions set state = 'deprecated', sunset_on = current_date + 30, reason = 'Use another'
    where split_part(version, '.', 2)::bigint <= $1::bigint";

const BLOCKED: &str = "
    update chart_versions set state = 'blocked', sunset_on = null, reason = 'Is over'
    where split_part(version, '.', 2)::bigint <= $1::bigint";

pub async fn catalog(conn: &mut PgConnection, amounts: Amounts) -> Result<()> {
    let (entries, versions) = (i64::try_from(amounts.entries)?, i64::try_from(amounts.versions)?);
    for (statement, bound) in [
        (ENTRIES, &[entries][..]),
        (ARCHIVES, &[entries, versions]),
        (VERSIONS, &[entries, versions]),
        (INGESTS, &[]),
        (APPROVED, &[versions]),
        (ENDING, &[ENDS_UPTO]),
        (BLOCKED, &[BLOCKED_UPTO]),
    ] {
        let query = bound.iter().fold(sqlx::query(statement), |query, number| query.bind(*number));
        query.execute(&mut *conn).await.with_context(|| format!("fill the catalog: {statement}"))?;
    }
    Ok(())
}
