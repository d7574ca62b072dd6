server {
    listen 443 ssl;
    server_name shop.example;
    ssl_protocols TLSv1.1 TLSv1.2;
}
