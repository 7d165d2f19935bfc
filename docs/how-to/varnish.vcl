# Broadsheet behind Varnish: what is baked stays in Varnish's memory until the paper says that it is stale.
# For /etc/varnish/. How to put it there, and what stands before it for TLS: put-varnish-in-front.md, beside this file.
# Made for Varnish 7.1 with the modules of Debian's package varnish-modules.
#
# Replace
#     127.0.0.1, port 8000   by where `broadsheet serve` listens: one backend and one line in vcl_init for each machine,
#     the lists `papers` and `doors`   by the machines of the paper, and by what ends TLS before Varnish.

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
    .first_byte_timeout = 60s;      # a photograph of 40 MB takes its time
}

# Who may say that pages are stale.
acl papers {
    "127.0.0.1";
    "::1";
}

# Whose word is believed on whether a reader came by https.
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
        # A reader's request has passed the door, which says how it came; the paper's own has not.
        if (client.ip !~ papers || req.http.X-Forwarded-Proto) {
            return (synth(405, "Method Not Allowed"));
        }
        if (!req.http.xkey-purge) {
            return (synth(400, "Bad Request"));
        }
        # First this, then the pages: what is being fetched at this moment will see that it may be stale.
        var.global_set("last purge", req.xid);
        set req.http.X-Gone = xkey.purge(req.http.xkey-purge);
        return (synth(200, "Purged"));
    }

    if (client.ip !~ doors) {
        unset req.http.X-Forwarded-Proto;
    }
    set req.http.X-Forwarded-Host = req.http.Host;
    set req.backend_hint = machines.backend();

    # What has expired is served only while no machine of the paper answers.
    if (std.healthy(req.backend_hint)) {
        set req.grace = 0s;
    }

    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # Here nothing is the same for everybody.
    if (req.url ~ "^/(cms|comments|demo|desk|media|receipts|search)/" || req.url ~ "^/sign-") {
        return (pass);
    }
    # The old addresses of a paper that came from WordPress; no other query changes a page.
    if (req.url ~ "[?&](p|page_id)(=|&|$)") {
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
    # A style sheet, script or font whose name will never mean anything else.
    if (bereq.url ~ "^/static/" && beresp.status == 200 && beresp.http.Cache-Control ~ "immutable") {
        return (deliver);
    }
    # A baked page: the paper says how long it may stay, and by which keys it will be called stale.
    if (beresp.status == 200 && beresp.http.xkey && beresp.http.Surrogate-Control ~ "^max-age=[0-9]+$"
        && !beresp.http.Set-Cookie && var.get_string("last purge") == var.global_get("last purge")) {
        set beresp.ttl = std.duration(regsub(beresp.http.Surrogate-Control, "^max-age=", "") + "s", 0s);
        set beresp.grace = 1d;
        return (deliver);
    }
    # Everything else, and what may have gone stale on its way.
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
