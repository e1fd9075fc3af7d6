# Writes an experiment and has the real tensorboard package read it. Variables: WRITER, PYTHON,
# CHECK, TRIALS, DIRECTORY.
file(REMOVE_RECURSE ${DIRECTORY})
file(MAKE_DIRECTORY ${DIRECTORY})
execute_process(COMMAND ${WRITER} ${DIRECTORY} ${TRIALS} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${PYTHON} ${CHECK} ${DIRECTORY} ${DIRECTORY}/events.jsonl COMMAND_ERROR_IS_FATAL ANY)
file(REMOVE_RECURSE ${DIRECTORY})
