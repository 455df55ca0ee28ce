-- Groups without what people spell differently: case, blanks and the slash in front.
create function bare_groups(groups text[]) returns text[] language sql immutable parallel safe as $$
    select array_agg(ltrim(lower(regexp_replace(name, '\s', '', 'g')), '/')) from unnest(groups) name
$$;

-- Whose group is like one that nobody has is looked up for pages: without this, in the groups of everybody.
create index people_bare_groups on people using gin (bare_groups(groups));
