#!/bin/sh
listen 80;
