/** {@code llamero doctor}: looks at what the servers need, and says how to mend what is wrong. Changes nothing. */
package dev.llamero.inference.doctor;
