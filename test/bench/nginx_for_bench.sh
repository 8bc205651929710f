# shellcheck shell=bash
# Sourced by scripts/bench. nginx_settings FOLDER SITE PORT writes nginx.conf and certificates, with a new authority in ca.pem,
# into FOLDER. nginx then serves a SITE of make_site on loopback like the real hosts, with TLS 1.3 and HTTP/2. It keeps
# connections for more requests than its default of 1000, as the real hosts do.

nginx_certificates() {
  local curve=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30)
  openssl req -x509 "${curve[@]}" -keyout ca.key -out ca.pem -subj '/CN=spritefarm bench authority'
  openssl req -x509 "${curve[@]}" -keyout server.key -out server.pem -subj /CN=pokeapi.co -CA ca.pem -CAkey ca.key \
    -addext 'subjectAltName=DNS:pokeapi.co,DNS:raw.githubusercontent.com,DNS:localhost,IP:127.0.0.1' \
    -addext basicConstraints=critical,CA:FALSE
}

nginx_settings() {
  local folder=$1 site=$2 port=$3 version listen='ssl http2;'
  cd "$folder" || return
  [[ -e ca.pem ]] || nginx_certificates 2>openssl.log || { cat openssl.log >&2; return 1; }
  # nginx 1.25.1 replaces the http2 parameter by a directive.
  version=$(nginx -v 2>&1 | sed -nE 's,.*nginx/([0-9.]+).*,\1,p')
  if [[ $(printf '%s\n' 1.25.1 "$version" | sort -V | head -1) == 1.25.1 ]]; then listen='ssl; http2 on;'; fi
  cat >nginx.conf <<END
daemon off;
master_process off;
pid nginx.pid;
error_log error.log;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  types { image/png png; }
  default_type application/json;
  keepalive_requests 1000000;
  open_file_cache max=20000 inactive=1h;
  ssl_protocols TLSv1.3;
  ssl_certificate server.pem;
  ssl_certificate_key server.key;
  server {
    listen 127.0.0.1:$port $listen
    root "$site";
    gunzip on;
    location /PokeAPI/ { }
    location = /api/v2/pokemon/ { gzip_static always; rewrite ^ /index.json break; }
    location ~ ^/api/v2/pokemon/[0-9]+/\$ { gzip_static always; rewrite ^/api/v2/pokemon/([0-9]+)/ /records/\$1.json break; }
  }
}
END
}
