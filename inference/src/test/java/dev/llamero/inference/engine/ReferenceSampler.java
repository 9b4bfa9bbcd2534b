package dev.llamero.inference.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleSupplier;

/** llama.cpp's sampler chain written for reading: lists, sorting the whole vocabulary, no shared arrays. */
final class ReferenceSampler {
    private record Candidate(int id, float logit, float probability) {}

    private static final Comparator<Candidate> LIKELIEST =
            Comparator.<Candidate>comparingDouble(c -> -c.logit()).thenComparingInt(Candidate::id);

    private ReferenceSampler() {}

    static int choose(SamplingSettings settings, float[] logits, List<Integer> window, DoubleSupplier uniform) {
        float[] penalized = penalize(settings, logits, window);
        List<Candidate> all = new ArrayList<>();
        for (int i = 0; i < penalized.length; i++) {
            all.add(new Candidate(i, penalized[i], 0));
        }
        if (settings.topK() > 0 && settings.topK() < all.size()) {
            all.sort(LIKELIEST);
            all = all.subList(0, settings.topK());
        }
        all = typical(softmax(all), settings.typicalP());
        all = topP(softmax(all), settings.topP());
        all = minP(all, settings.minP());
        if (settings.temperature() <= 0) {
            return all.stream().min(LIKELIEST).orElseThrow().id();
        }
        List<Candidate> heated = new ArrayList<>();
        for (Candidate c : all) {
            heated.add(new Candidate(c.id(), c.logit() / settings.temperature(), 0));
        }
        return draw(softmax(heated), uniform.getAsDouble());
    }

    static float[] penalize(SamplingSettings settings, float[] logits, List<Integer> window) {
        float[] result = logits.clone();
        for (int token = 0; token < logits.length; token++) {
            int id = token;
            int count = (int) window.stream().filter(t -> t == id).count();
            if (count > 0) {
                float logit = logits[token] <= 0
                        ? logits[token] * settings.repeatPenalty()
                        : logits[token] / settings.repeatPenalty();
                result[token] = logit - (count * settings.frequencyPenalty() + settings.presencePenalty());
            }
        }
        return result;
    }

    private static List<Candidate> softmax(List<Candidate> all) {
        double max = all.stream().mapToDouble(Candidate::logit).max().orElseThrow();
        double sum = 0;
        for (Candidate c : all) {
            sum += Math.exp(c.logit() - max);
        }
        List<Candidate> result = new ArrayList<>();
        for (Candidate c : all) {
            result.add(new Candidate(c.id(), c.logit(), (float) ((float) Math.exp(c.logit() - max) / sum)));
        }
        return result;
    }

    private static List<Candidate> typical(List<Candidate> all, float mass) {
        if (mass >= 1) {
            return all;
        }
        double sum = 0;
        for (Candidate c : all) {
            sum -= c.probability() > 0 ? c.probability() * Math.log(c.probability()) : 0;
        }
        double entropy = sum;
        List<Candidate> order = new ArrayList<>(all);
        order.sort(Comparator.comparingDouble(c -> (float) Math.abs(-Math.log(c.probability()) - entropy)));
        return upTo(order, mass, true);
    }

    private static List<Candidate> topP(List<Candidate> all, float mass) {
        if (mass >= 1) {
            return all;
        }
        List<Candidate> order = new ArrayList<>(all);
        order.sort(LIKELIEST);
        return upTo(order, mass, false);
    }

    private static List<Candidate> upTo(List<Candidate> order, float mass, boolean beyond) {
        double sum = 0;
        for (int i = 0; i < order.size(); i++) {
            sum += order.get(i).probability();
            if (beyond ? sum > mass : sum >= mass) {
                return order.subList(0, i + 1);
            }
        }
        return order;
    }

    private static List<Candidate> minP(List<Candidate> all, float share) {
        if (share <= 0) {
            return all;
        }
        double max = all.stream().mapToDouble(Candidate::logit).max().orElseThrow();
        float least = (float) ((float) max + Math.log(share));
        return all.stream().filter(c -> c.logit() >= least).toList();
    }

    private static int draw(List<Candidate> all, double uniform) {
        double max = all.stream().mapToDouble(Candidate::logit).max().orElseThrow();
        double total = 0;
        for (Candidate c : all) {
            total += (float) Math.exp(c.logit() - max);
        }
        double run = 0;
        for (Candidate c : all) {
            run += (float) Math.exp(c.logit() - max);
            if (run > total * uniform) {
                return c.id();
            }
        }
        return all.getLast().id();
    }
}
