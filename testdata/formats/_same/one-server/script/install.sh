#!/bin/sh
cat > /etc/nginx/nginx.conf <<'EOF'
events {}
http {
  server {
    listen 443 ssl;
    server_name www.example.org;
    ssl_certificate www.pem;
    ssl_certificate_key www.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384;
    ssl_ecdh_curve X25519:prime256v1;
  }
}
EOF
