package dev.llamero.inference.cli;

import java.io.PrintWriter;

/** What {@code /?} tells in a chat. */
final class ChatHelp {
    private static final String COMMANDS = """
        Available Commands:
          /set            Set session variables
          /show           Show model information
          /load <model>   Load another model
          /save <model>   Save this session as a model
          /clear          Clear session context
          /list           List the models that are there
          /bye            Exit
          /?, /help       Help for a command
          /? shortcuts    Help for keyboard shortcuts

        Use \""" to begin a multi-line message.
        """;
    private static final String FILES = """
        Use /path/to/file to include .jpg, .png, .webp images, or .wav audio files.
        """;
    private static final String SET = """
        Available Commands:
          /set parameter <name> <value>   Set a parameter, such as temperature or num_ctx
          /set system <message>           Set system message
          /set format json                Enable JSON mode
          /set noformat                   Disable formatting
          /set verbose                    Show times and counts
          /set quiet                      Do not show them
          /set wordwrap                   Wrap words at the terminal's width
          /set nowordwrap                 Do not wrap words
          /set history                    Keep what is typed
          /set nohistory                  Do not keep it
          /set think [low|medium|high]    Think before the answer
          /set nothink                    Answer without thinking
        """;
    private static final String PARAMETERS = """
        Available Parameters:
          /set parameter seed <int>             Random number seed
          /set parameter num_predict <int>      Longest answer in tokens
          /set parameter num_ctx <int>          Size of the context in tokens
          /set parameter num_gpu <int>          Layers on the GPU
          /set parameter temperature <float>    How freely words are picked; 0 picks the likeliest
          /set parameter top_k <int>            Pick from that many of the likeliest
          /set parameter top_p <float>          Pick from the likeliest that make up this probability
          /set parameter min_p <float>          Pick from those with this share of the likeliest one's probability
          /set parameter repeat_penalty <float> How strongly repetitions are avoided
          /set parameter repeat_last_n <int>    How far back to look for repetitions
          /set parameter stop <string> ...      Texts at which the answer ends
        """;
    private static final String SHOW = """
        Available Commands:
          /show info         Show what the model is and can do
          /show license      Show its license
          /show modelfile    Show its Modelfile
          /show parameters   Show its parameters
          /show system       Show its system message
          /show template     Show its prompt template
        """;
    private static final String SHORTCUTS = """
        Available keyboard shortcuts:
          Ctrl + a            Move to the beginning of the line (Home)
          Ctrl + e            Move to the end of the line (End)
          Alt + b             Move back one word
          Alt + f             Move forward one word
          Ctrl + k            Delete the text after the cursor
          Ctrl + u            Delete the line
          Ctrl + w            Delete the word before the cursor
          Ctrl + r            Search what was typed before
          Ctrl + l            Clear the screen
          Ctrl + g            Write the message in an editor
          Ctrl + c            Stop the answer
          Ctrl + d            Exit
        """;

    private ChatHelp() {}

    /**
     * Prints a table.
     *
     * @param topic a command or {@code shortcuts}; anything else gives the overview
     * @param takesFiles whether the overview tells of pictures and recordings
     */
    static void print(PrintWriter out, String topic, boolean takesFiles) {
        out.println(
                switch (topic) {
                    case "set", "/set" -> SET;
                    case "parameters" -> PARAMETERS;
                    case "show", "/show" -> SHOW;
                    case "shortcut", "shortcuts" -> SHORTCUTS;
                    default -> takesFiles ? COMMANDS + FILES : COMMANDS;
                });
        out.flush();
    }
}
