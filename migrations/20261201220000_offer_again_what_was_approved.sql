-- A version that judging took off the offer is offered again when what is found in it is what was approved.

-- Judging made it a candidate, no person did.
alter table chart_versions add column taken_back boolean not null default false;
-- SHA-256 of what it rendered to when it was approved last: what is found in it is cut where it is long.
alter table chart_versions add column approved_rendering text;
-- The manifests themselves, where they are others now.
alter table chart_versions add column approved_rendered text;
-- The round in which people approved it last.
alter table chart_versions add column approved_round int;
create function rendering_digest(text) returns text language sql immutable strict as
    $$ select encode(sha256(convert_to($1, 'UTF8')), 'hex') $$;
update chart_versions set approved_rendering = rendering_digest(rendered), approved_round = round where state in ('approved', 'deprecated');

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
        when (new.approved_findings, new.approved_rendering) is distinct from (old.approved_findings, old.approved_rendering)
            and (new.state not in ('approved', 'deprecated') or (new.approved_findings, new.approved_rendering)
                is distinct from (new.findings, rendering_digest(new.rendered)))
            then 'what was approved of a version stays what it is'
        when new.taken_back and not old.taken_back
            and not (is_judged_anew and old.state = 'approved' and new.state = 'candidate')
            then 'judging alone takes a version back'
        when new.round < old.round or old.state = 'blocked' and new.state = 'candidate' and new.round = old.round
            then 'a version that is opened again begins a new round'
        when new.state = old.state or new.state = 'blocked' then null
        when old.taken_back and old.state = 'candidate' and new.state = 'approved'
            and (new.findings, rendering_digest(new.rendered)) = (old.approved_findings, old.approved_rendering) then null
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
