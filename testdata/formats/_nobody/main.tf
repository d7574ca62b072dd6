server {
  listen 80;
}
