-- pg_net's http_post, synchronous, by curl.
CREATE SCHEMA net;
CREATE FUNCTION net.http_post(url text, body jsonb, headers jsonb, timeout_milliseconds int)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  command text := 'curl -sSf --output /dev/null --data @- --max-time ' || timeout_milliseconds / 1000;
  header record;
BEGIN
  FOR header IN SELECT * FROM jsonb_each_text(headers) LOOP
    command := command || ' --header ''' || header.key || ': ' || header.value || '''';
  END LOOP;
  EXECUTE format('COPY (SELECT %L) TO PROGRAM %L', body, command || ' ' || url);
  RETURN 1;
END $$;
