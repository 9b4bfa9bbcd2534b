/** The listener's side of the proxy: routes, caller checks, answers, the access line. */
package dev.llamero.proxy.http;
