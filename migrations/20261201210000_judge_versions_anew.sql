-- Versions are rendered and judged anew when their entry gives Helm other values.

-- The values that it gives. Null: not known, since it was kept before this was.
alter table catalog_entries add column given text;
-- It was made easier to approve than before: the next version is decided on by two people.
alter table catalog_entries add column is_eased boolean not null default false;
-- The values that it was rendered with. It waits to be judged anew while its entry gives others.
alter table chart_versions add column given text;
-- Why it cannot be rendered with what its entry gives now.
alter table chart_versions add column judging_error text;
-- What was found in it when it was approved last: what comes after is compared with that.
alter table chart_versions add column approved_findings jsonb;
update chart_versions set approved_findings = findings where offered_at is not null;

create or replace function keep_chart_version() returns trigger language plpgsql as $$
declare
    is_judged_anew boolean := (new.findings, new.rendered) is distinct from (old.findings, old.rendered);
    refusal text := case
        when (new.entry, new.version, new.digest) is distinct from (old.entry, old.version, old.digest)
            then 'what was taken in never changes'
        when is_judged_anew and new.given is not distinct from old.given
            then 'a version is judged anew when it is rendered with other values'
        when is_judged_anew and new.given is distinct from (select e.given from catalog_entries e where e.name = new.entry)
            then 'a version is judged with what its entry gives'
        when is_judged_anew and new.state = 'candidate' and new.round = old.round
            then 'what is judged anew is approved anew'
        when new.round < old.round or old.state = 'blocked' and new.state = 'candidate' and new.round = old.round
            then 'a version that is opened again begins a new round'
        when new.state = old.state or new.state = 'blocked' then null
        when old.state = 'candidate' and new.state = 'approved' and
            (select count(*) from version_approvals a where a.version_id = new.id and a.round = new.round)
                < new.approvals_needed
            then 'a version is offered before enough people approved it'
        when is_judged_anew and new.state = 'candidate' and old.state in ('approved', 'deprecated') then null
        when (old.state, new.state) not in (('candidate', 'approved'), ('approved', 'deprecated'),
                                            ('deprecated', 'approved'), ('blocked', 'candidate'))
            then 'a version does not go this way'
    end;
begin
    if refusal is not null then
        raise exception using errcode = 'check_violation', constraint = 'chart_version_four_eyes', message = refusal;
    end if;
    return new;
end
$$;

create function keep_catalog_entry() returns trigger language plpgsql as $$
declare
    is_eased boolean :=
        coalesce(array_position(array ['low', 'elevated', 'high'], coalesce(new.spec ->> 'risk', 'low')), 0)
            < coalesce(array_position(array ['low', 'elevated', 'high'], coalesce(old.spec ->> 'risk', 'low')), 3)
        or coalesce(old.spec ->> 'automatic', 'never') = 'never' and coalesce(new.spec ->> 'automatic', 'never') <> 'never';
begin
    if is_eased and not new.is_eased
        or old.is_eased and not new.is_eased and not exists (
            select from chart_versions v
            where v.entry = new.name and v.state = 'approved' and (
                select count(*) from version_approvals a where a.version_id = v.id and a.round = v.round) > 1)
    then
        raise exception using errcode = 'check_violation', constraint = 'chart_version_four_eyes',
            message = 'after an entry was eased two people decide';
    end if;
    return new;
end
$$;
create trigger catalog_entries_kept before update on catalog_entries
    for each row execute function keep_catalog_entry();

-- What is offered of an entry is found without looking at all of its versions.
create index chart_versions_offered on chart_versions (entry, state, sort_key desc) where state in ('approved', 'deprecated');

-- What waits to be judged anew, or cannot be, is not offered meanwhile: nobody approved it as it is.
create or replace view offered_versions as
    select v.id, v.entry, v.version, v.sort_key, v.state, v.sunset_on, v.digest, v.findings,
           coalesce(v.sunset_on, 'infinity'::date) as offered_until
    from chart_versions v join catalog_entries e on e.name = v.entry
    where v.state in ('approved', 'deprecated') and (not v.is_prerelease or e.spec ->> 'channel' = 'preview')
      and v.given is not distinct from e.given;
