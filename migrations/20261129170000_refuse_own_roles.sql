-- Nobody gives themselves a role in a team. Not of what is there already: that is looked at by people.
alter table memberships
    add constraint membership_not_own check (given_by <> person_id) not valid;

-- Who bound the group to the team; none for whoever runs the program at the command line.
alter table bindings add column made_by uuid references people (id);

create function refuse_own_binding() returns trigger language plpgsql as $$
begin
    if exists (select from people p where p.id = new.made_by and new.group_name = any (p.groups)) then
        raise exception 'nobody gives a group they are in a role in a team'
            using errcode = 'check_violation', constraint = 'binding_not_own';
    end if;
    return new;
end
$$;
create trigger binding_not_own before insert or update on bindings
    for each row when (new.team_id is not null and new.made_by is not null) execute function refuse_own_binding();
