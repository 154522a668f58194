-- What margins are computed from beside marks and underlyings. One row each, the latest.
create table stable_prices (
  id              int    primary key,
  stable          bigint not null,
  commands_offset bigint not null
);

create table margin_parameters (
  id              int    primary key,
  content         text   not null,
  commands_offset bigint not null
);

-- One price with everything in it: a reader of one row cannot see parts of two.
create view pricing as
select s.id, s.stable, t.time, t.sequence, t.price_hash, p.content as parameters,
       (select cast(coalesce(jsonb_agg(jsonb_build_object(
                 'underlying', u.underlying, 'spot', u.spot::text, 'confidence', u.confidence::text, 'rate', u.rate::text,
                 'perpMark', u.perp_mark::text, 'expiries', u.expiries) order by u.underlying), '[]') as text)
        from underlyings u where u.commands_offset = s.commands_offset) as underlyings,
       (select cast(coalesce(jsonb_agg(jsonb_build_object('asset', m.asset::text, 'mark', m.mark::text)), '[]') as text)
        from marks m where m.commands_offset = s.commands_offset) as marks
from stable_prices s
join price_ticks t on t.commands_offset = s.commands_offset
left join margin_parameters p on p.id = s.id;

-- Views made before have neither: cleared is read again from its start, which changes nothing else.
delete from view_offsets where topic = 'cleared';
