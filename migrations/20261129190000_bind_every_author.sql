-- Four eyes: whoever wrote any revision decides nothing about the request, also when somebody else has revised it since.
create function refuse_decision_of_author() returns trigger language plpgsql as $$
begin
    if exists (select from revisions where request_id = new.request_id and author_id = new.person_id) then
        raise exception 'nobody decides what they wrote' using errcode = 'check_violation', constraint = 'decision_four_eyes';
    end if;
    return new;
end $$;
create trigger decision_of_no_author before insert on decisions
    for each row execute function refuse_decision_of_author();

-- Whether a cluster that puts `prefix` before the names of groups, or of people, takes `bound` for `own`: `oidc:plat` before
-- `form` reads as `oidc:` before `platform`.
create function reads_as(prefix text, bound text, own text) returns boolean language sql immutable as $$
    select own = bound
        or length(own) > length(bound)
           and right(own, length(bound)) = bound
           and right(prefix, length(own) - length(bound)) = left(own, length(own) - length(bound))
$$;

-- Nobody binds a group they are in, by its own name or by what a cluster's prefix makes of it.
create or replace function refuse_own_binding() returns trigger language plpgsql as $$
begin
    if exists (
        select from people p, unnest(p.groups) own,
            (select groups_prefix from clusters where removed_at is null union all select '') c
        where p.id = new.made_by and reads_as(c.groups_prefix, new.group_name, own)
    ) then
        raise exception 'nobody gives a group they are in a role in a team'
            using errcode = 'check_violation', constraint = 'binding_not_own';
    end if;
    return new;
end
$$;
