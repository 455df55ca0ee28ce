-- What Platform says of a team, and what it may hold at most.
alter table teams
    add column description text,
    add column cost_centre text,
    -- By resource and for the number of namespaces; what is not named has no limit.
    add column limits jsonb not null default '{}',
    -- Archived teams ask for nothing more; what they have stays.
    add column archived_at timestamptz,
    -- Counts changes, so that nobody overwrites what they have not read.
    add column version int not null default 1,
    add column changed_by text,
    add column changed_at timestamptz;

-- A role in a team for one person, without a group, until a date. One per person and team: giving another replaces it.
create table memberships (
    team_id uuid not null references teams (id),
    person_id uuid not null references people (id),
    role text not null constraint membership_role check (role in ('viewer', 'developer', 'owner')),
    reason text not null,
    given_by uuid not null references people (id),
    given_at timestamptz not null,
    until timestamptz not null,
    constraint membership_single primary key (team_id, person_id),
    constraint membership_at_most_a_year check (until <= given_at + interval '366 days')
);
create index memberships_person on memberships (person_id);

-- Who has which role, by what: a binding of one of their groups, or a membership that has not ended. Both conditions on
-- the group say the same; each lets an index be used, from the person's side and from the binding's.
create view roles as
    select p.id as person_id, b.team_id, b.role, b.group_name, null::timestamptz as until
    from people p join bindings b on b.group_name = any(p.groups) and p.groups @> array[b.group_name]
    union all
    select m.person_id, m.team_id, m.role, null, m.until
    from memberships m where m.until > now();

-- Put before the names of people in RoleBindings, as the API server does; most clusters have one prefix for both.
alter table clusters add column users_prefix text;
update clusters set users_prefix = groups_prefix;
