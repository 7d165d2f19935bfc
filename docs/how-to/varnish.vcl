# Broadsheet behind Varnish: baked pages stay in Varnish's memory until the paper purges them.
# Install it in /etc/varnish/, with a TLS proxy in front of Varnish, as put-varnish-in-front.md explains.
# For Varnish 7.1 with the modules of Debian's package varnish-modules.
#
# Replace
#     127.0.0.1, port 8000             with the address of `broadsheet serve`: a backend and a line in vcl_init for each machine,
#     the lists `papers` and `doors`   with the paper's machines, and with the TLS proxies in front of Varnish.

vcl 4.1;

import directors;
import std;
import var;
import xkey;

probe alive {
    .request =
        "GET /healthz HTTP/1.1"
        "Host: localhost"
        "Connection: close";
    .interval = 1s;
    .timeout = 2s;
    .window = 4;
    .threshold = 2;
    .initial = 2;
}

backend paper {
    .host = "127.0.0.1";
    .port = "8000";
    .probe = alive;
    .first_byte_timeout = 60s;      # for photographs of up to 40 MB
}

# The machines that may purge.
acl papers {
    "127.0.0.1";
    "::1";
}

# The proxies whose X-Forwarded-Proto is trusted.
acl doors {
    "127.0.0.1";
    "::1";
}

sub vcl_init {
    new machines = directors.round_robin();
    machines.add_backend(paper);
    var.global_set("last purge", "none since " + std.random(0, 1000000000));
}

sub vcl_recv {
    if (req.method == "PURGE") {
        # Requests from readers have passed the TLS proxy, which sets this header; the paper's own have not.
        if (client.ip !~ papers || req.http.X-Forwarded-Proto) {
            return (synth(405, "Method Not Allowed"));
        }
        if (!req.http.xkey-purge) {
            return (synth(400, "Bad Request"));
        }
        # Before the purge: a response being fetched at this moment is then known to be possibly stale.
        var.global_set("last purge", req.xid);
        set req.http.X-Gone = xkey.purge(req.http.xkey-purge);
        return (synth(200, "Purged"));
    }

    if (client.ip !~ doors) {
        unset req.http.X-Forwarded-Proto;
    }
    set req.http.X-Forwarded-Host = req.http.Host;
    set req.backend_hint = machines.backend();

    # Expired pages are served only while none of the paper's machines answers.
    if (std.healthy(req.backend_hint)) {
        set req.grace = 0s;
    }

    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # These pages differ between readers.
    if (req.url ~ "^/(_util|cms|comments|demo|desk|media|previews|receipts|search|sign-in|sign-out)/") {
        return (pass);
    }
    # Old addresses imported from WordPress; no other query changes a page.
    if (req.url ~ "[?&](p|page_id|attachment_id|cat|tag|author|m|feed|paged)(=|&|$)") {
        return (pass);
    }
    unset req.http.Range;
    return (hash);
}

sub vcl_hash {
    hash_data(regsub(req.url, "\?.*$", ""));
    hash_data(req.http.Host);
    return (lookup);
}

sub vcl_backend_fetch {
    if (!bereq.uncacheable) {
        var.set_string("last purge", var.global_get("last purge"));
        set bereq.first_byte_timeout = 10s;
    }
}

sub vcl_backend_response {
    if (bereq.uncacheable) {
        return (deliver);
    }
    # A style sheet, script or font whose content never changes.
    if (bereq.url ~ "^/static/" && beresp.status == 200 && beresp.http.Cache-Control ~ "immutable") {
        return (deliver);
    }
    # A baked page, with its lifetime and its surrogate keys.
    if (beresp.status == 200 && beresp.http.xkey && beresp.http.Surrogate-Control ~ "^max-age=[0-9]+$"
        && !beresp.http.Set-Cookie && var.get_string("last purge") == var.global_get("last purge")) {
        set beresp.ttl = std.duration(regsub(beresp.http.Surrogate-Control, "^max-age=", "") + "s", 0s);
        set beresp.grace = 1d;
        return (deliver);
    }
    # Everything else, and responses that may have become stale in transit.
    set beresp.uncacheable = true;
    set beresp.ttl = 60s;
    return (deliver);
}

sub vcl_deliver {
    unset resp.http.Surrogate-Control;
    unset resp.http.Via;
    unset resp.http.X-Varnish;
    unset resp.http.xkey;
    if (obj.hits > 0) {
        set resp.http.Cache-Status = "varnish; hit";
    }
    return (deliver);
}

sub vcl_backend_error {
    if (bereq.retries == 0 && (bereq.method == "GET" || bereq.method == "HEAD")) {
        return (retry);
    }
    set beresp.uncacheable = true;
    set beresp.ttl = 0s;
    set beresp.http.Cache-Control = "no-store";
    set beresp.http.Content-Type = "text/plain; charset=utf-8";
    set beresp.http.Retry-After = "30";
    set beresp.body = "The paper cannot be reached at the moment. Please try again in a minute." + {"
"};
    return (deliver);
}

sub vcl_synth {
    set resp.http.Cache-Control = "no-store";
    set resp.http.Content-Type = "text/plain; charset=utf-8";
    set resp.body = resp.reason + {"
"};
    return (deliver);
}
